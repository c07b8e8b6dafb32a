package io.fragcast.sim;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The simulator finds each of these bugs within 1,000 seeds, by its checkers alone. Every class of Fragcast is loaded
 * anew for each, and the one with the bug is changed on the way, with the ASM that comes with AssertJ.
 */
class SeededBugSimTest
{
    private static final long FIRST_SEED = 1;
    private static final long LAST_SEED = 1_000;

    @ParameterizedTest
    @EnumSource(SeededBug.class)
    void shouldFind(final SeededBug bug) throws ReflectiveOperationException
    {
        final String found = (String)new BugLoader(bug).loadClass(SeedSearch.class.getName())
            .getMethod("firstFailing", long.class, long.class, int.class)
            .invoke(null, FIRST_SEED, LAST_SEED, bug.planDegree());

        assertThat(bug.isApplied()).as("%s is in its class", bug).isTrue();
        assertThat(found).as("seeds %d to %d with %s", FIRST_SEED, LAST_SEED, bug).isNotEmpty();
        System.out.println(bug + " found by " + found);
    }

    private static final class BugLoader extends ClassLoader
    {
        private final SeededBug bug;

        private BugLoader(final SeededBug bug)
        {
            super(SeededBugSimTest.class.getClassLoader());
            this.bug = bug;
            // A checker must find it where no assertion of the production classes does.
            clearAssertionStatus();
        }

        @Override
        protected Class<?> loadClass(final String name, final boolean isResolved) throws ClassNotFoundException
        {
            if (!name.startsWith("io.fragcast."))
            {
                return super.loadClass(name, isResolved);
            }
            synchronized (getClassLoadingLock(name))
            {
                final Class<?> loaded = findLoadedClass(name);

                return null == loaded ? define(name) : loaded;
            }
        }

        private Class<?> define(final String name) throws ClassNotFoundException
        {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class"))
            {
                if (null == in)
                {
                    throw new ClassNotFoundException(name);
                }
                final byte[] bytes = bug.apply(name, in.readAllBytes());

                return defineClass(name, bytes, 0, bytes.length);
            }
            catch (final IOException ex)
            {
                throw new UncheckedIOException(ex);
            }
        }
    }
}
