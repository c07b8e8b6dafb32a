package io.fragcast.bench.jmh;

import io.fragcast.ethereum.Keccak;
import io.fragcast.ethereum.OrderedTrieRoot;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/**
 * What does the transactions root of 200 transactions of 300 bytes cost (bar: 2 ms)? Floor: one Keccak-256 of each
 * transaction, for no root can hash less.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TrieRootBenchmark
{
    private final SampleFrag frag = new SampleFrag("200x300");
    private final OrderedTrieRoot trie = new OrderedTrieRoot();
    private final Keccak keccak = new Keccak();
    private final byte[] hash = new byte[Keccak.HASH_LENGTH];

    /**
     * Hashes the transactions.
     *
     * @return the last hash.
     */
    @Benchmark
    public byte[] floor()
    {
        for (int i = 0; i < frag.txCount(); i++)
        {
            keccak.update(frag.txs(), i * frag.txLength(), frag.txLength());
            keccak.finish(hash, 0);
        }

        return hash;
    }

    /**
     * Builds the root.
     *
     * @return the root.
     */
    @Benchmark
    public byte[] root()
    {
        trie.clear();
        for (int i = 0; i < frag.txCount(); i++)
        {
            trie.add(frag.txs(), i * frag.txLength(), frag.txLength());
        }
        trie.root(hash);

        return hash;
    }
}
