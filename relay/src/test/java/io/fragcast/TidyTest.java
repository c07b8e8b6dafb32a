package io.fragcast;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.stream.Stream;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The tree is the architecture: who may import whom (STYLE §2), read from the compiled classes.
 */
class TidyTest
{
    private static final List<String> BASICS = List.of("java..", "org.agrona..", "org.jspecify..");
    private static JavaClasses product;

    @BeforeAll
    static void importClasses()
    {
        product = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_JARS)
            .importPackages("io.fragcast")
            .that(not(resideInAnyPackage("io.fragcast.codecs..")));
        assertThat(product.size()).isGreaterThan(50);
    }

    @ParameterizedTest
    @MethodSource
    void shouldImportOnlyWhatThePackageMay(final Layer layer)
    {
        layer.rule().allowEmptyShould(true).check(product);
    }

    static Stream<Layer> shouldImportOnlyWhatThePackageMay()
    {
        return Stream.of(
            new Layer("io.fragcast", "a user of the Java API must not need anything else of ours"),
            new Layer("io.fragcast.protocol..", "machines are pure: no transport, no codecs, no files, no clock",
                "io.fragcast.protocol..", "io.fragcast.ethereum..", "io.fragcast.counter..", "io.fragcast"),
            new Layer("io.fragcast.ethereum..", "encodings are pure functions",
                "io.fragcast.ethereum..", "org.bouncycastle..", "com.fasterxml.jackson.."),
            new Layer("io.fragcast.crypto..", "keys know the ports they serve, not what is signed",
                "io.fragcast.crypto..", "io.fragcast.protocol..", "org.bouncycastle..", "fr.acinq.secp256k1..",
                "kotlin.."),
            new Layer("io.fragcast.wire..", "adapters translate between frames and machines, whatever carries them",
                "io.fragcast.wire..", "io.fragcast.protocol..", "io.fragcast.transport", "io.fragcast.codecs..",
                "io.fragcast.counter..", "io.fragcast"),
            new Layer("io.fragcast.transport", "the ports must do for the simulator as for Aeron",
                "io.fragcast.transport"),
            new Layer("io.fragcast.transport.aeron..", "frames are opaque to what carries them",
                "io.fragcast.transport..", "io.fragcast.counter..", "io.aeron.."),
            new Layer("io.fragcast.journal", "the port must do for the simulator as for Chronicle Queue",
                "io.fragcast.journal", "io.fragcast.codecs..", "io.fragcast.counter..", "io.fragcast.wire",
                "io.fragcast.protocol.block", "io.fragcast.protocol.repair"),
            new Layer("io.fragcast.journal.chronicle..", "bytes are opaque to what keeps them",
                "io.fragcast.journal..", "io.fragcast.codecs..", "io.fragcast.counter..", "net.openhft.chronicle..",
                "org.slf4j.."),
            new Layer("io.fragcast.watch..", "what a node shows is kept by its hot agents, whoever reads it",
                "io.fragcast.watch..", "io.fragcast.protocol..", "io.fragcast.codecs..", "io.fragcast.counter..",
                "org.HdrHistogram.."),
            new Layer("io.fragcast.counter..", "the simulator counts without Aeron", "io.fragcast.counter.."),
            new Layer("io.fragcast.agent..", "agents are duty cycles over ports, whatever is behind them",
                "io.fragcast.agent..", "io.fragcast.wire..", "io.fragcast.protocol..", "io.fragcast.transport",
                "io.fragcast.journal", "io.fragcast.edge", "io.fragcast.counter..", "io.fragcast.codecs..",
                "io.fragcast"));
    }

    @Test
    void shouldKeepAeronInItsPackage()
    {
        noClasses().that().resideOutsideOfPackages(
            "io.fragcast.transport.aeron..", "io.fragcast.edge.ipc..", "io.fragcast.edge.rpc..", "io.fragcast.node..",
            "io.fragcast.cli..")
            .should().dependOnClassesThat().resideInAPackage("io.aeron..")
            .because("everything else must run over a transport of the simulator's")
            .check(product);
    }

    @Test
    void shouldKeepChronicleInItsPackage()
    {
        noClasses().that().resideOutsideOfPackage("io.fragcast.journal.chronicle..")
            .should().dependOnClassesThat().resideInAPackage("net.openhft.chronicle..")
            .because("the journal is a port, and what keeps it may change")
            .check(product);
    }

    @Test
    void shouldKeepJettyInItsPackage()
    {
        noClasses().that().resideOutsideOfPackage("io.fragcast.edge.http..")
            .should().dependOnClassesThat().resideInAPackage("org.eclipse.jetty..")
            .because("what is served over HTTP must not know the server")
            .check(product);
    }

    @Test
    void shouldWireEdgesInNodesAlone()
    {
        noClasses().that().resideOutsideOfPackages(
            "io.fragcast.edge..", "io.fragcast.node..", "io.fragcast.cli..", "io.fragcast.agent..")
            .should().dependOnClassesThat().resideInAPackage("io.fragcast.edge..")
            .because("which edges a node has is a choice of wiring")
            .check(product);
    }

    @Test
    void shouldNotImportCommandLine()
    {
        noClasses().that().resideOutsideOfPackage("io.fragcast.cli..")
            .should().dependOnClassesThat().resideInAPackage("io.fragcast.cli..")
            .orShould().dependOnClassesThat().resideInAPackage("picocli..")
            .because("nodes are launched by programs too")
            .check(product);
        noClasses().that().resideOutsideOfPackages("io.fragcast.cli..", "io.fragcast.config..", "io.fragcast.node..")
            .should().dependOnClassesThat().resideInAPackage("io.fragcast.config..")
            .because("below a node nobody knows where a value came from")
            .check(product);
    }

    @Test
    void shouldNotLogWhereFramesPass()
    {
        noClasses().that().resideInAnyPackage(
            "io.fragcast.protocol..", "io.fragcast.wire..", "io.fragcast.agent..", "io.fragcast.transport..")
            .should().dependOnClassesThat().resideInAnyPackage("org.slf4j..", "java.util.logging..")
            .orShould().accessField(System.class, "out")
            .orShould().accessField(System.class, "err")
            .because("what happens there is counted; text is rendered elsewhere")
            .check(product);
    }

    @Test
    void shouldNotReadClocksInMachines()
    {
        noClasses().that().resideInAPackage("io.fragcast.protocol..")
            .should().callMethod(System.class, "nanoTime")
            .orShould().callMethod(System.class, "currentTimeMillis")
            .orShould().dependOnClassesThat().haveNameMatching(".*Clock")
            .orShould().dependOnClassesThat().haveNameMatching("java\\.util\\.(Random|concurrent\\.(?!TimeUnit).*)")
            .because("the simulator owns time, threads and chance")
            .check(product);
    }

    @Test
    void shouldNameNoDumpingGrounds()
    {
        noClasses().should().resideInAnyPackage("..util..", "..common..", "..impl..", "..manager..")
            .because("a concept has one home, with a name of its own")
            .check(product);
    }

    /**
     * A row of STYLE §2's table.
     *
     * @param packages that the row is about.
     * @param reason   why it is so.
     * @param imports  besides JDK, Agrona and JSpecify.
     */
    record Layer(String packages, String reason, String... imports)
    {
        ArchRule rule()
        {
            final String[] allowed = Stream.concat(BASICS.stream(), Stream.of(imports)).toArray(String[]::new);
            final DescribedPredicate<JavaClass> known = resideInAnyPackage(allowed)
                .or(resideInAnyPackage(packages))
                // Arrays of primitives have no package.
                .or(DescribedPredicate.describe("primitives", (type) -> type.getPackageName().isEmpty()));

            return classes().that().resideInAPackage(packages).should().onlyDependOnClassesThat(known).because(reason);
        }

        @Override
        public String toString()
        {
            return packages;
        }
    }
}
