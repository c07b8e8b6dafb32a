package io.fragcast.protocol.peer;

import java.util.concurrent.TimeUnit;

/**
 * Tells peers what came in: news to all together, and to each that comes late, or could not take the news, all there is
 * from some height on, one Have a turn, so that a late comer's many do not hold up what is new for others.
 */
final class HaveTeller
{
    /** What comes in within so long is told together: a twentieth of the cadence of frags. */
    private static final long NEWS_DELAY_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private final PeerSession[] sessions;
    private final Holdings holdings;
    private final PeerKnowledge knowledge;
    /** Heights that a peer is still to be told of, and entries of the first that it was told. */
    private final long[] backlogBlocks;
    private final int[] backlogSkips;
    private final boolean[] hasBacklog;
    private final HaveList backlog = new HaveList();
    private long newsSinceNs;
    private boolean hasNews;

    HaveTeller(final PeerSession[] sessions, final Holdings holdings, final PeerKnowledge knowledge)
    {
        this.sessions = sessions;
        this.holdings = holdings;
        this.knowledge = knowledge;
        backlogBlocks = new long[sessions.length];
        backlogSkips = new int[sessions.length];
        hasBacklog = new boolean[sessions.length];
    }

    int doWork(final long nowNs)
    {
        int workCount = 0;
        if (hasNews && nowNs - (newsSinceNs + NEWS_DELAY_NS) >= 0)
        {
            tellNews();
            workCount++;
        }
        for (int i = 0; i < sessions.length; i++)
        {
            workCount += hasBacklog[i] ? tellBacklog(i) : 0;
        }

        return workCount;
    }

    void onNews(final long nowNs)
    {
        if (!hasNews)
        {
            hasNews = true;
            newsSinceNs = nowNs;
        }
    }

    /** Whoever cannot take the news now is told all of it again from there on, as one who comes late. */
    void tellNews()
    {
        final HaveList news = holdings.news();
        for (int i = 0; i < sessions.length && news.size() > 0; i++)
        {
            if (!hasBacklog[i] && !sessions[i].sendHave(news))
            {
                start(i, news.blockNumber(0));
            }
        }
        news.clear();
        hasNews = false;
    }

    void start(final int index, final long fromBlock)
    {
        hasBacklog[index] = holdings.hasBlocks() && sessions[index].wants(Hello.HAVES);
        backlogBlocks[index] = fromBlock;
        backlogSkips[index] = 0;
    }

    /** One Have a turn, so that a late comer's many do not hold up what is new for others. */
    void stop(final int index)
    {
        hasBacklog[index] = false;
    }

    private int tellBacklog(final int index)
    {
        long block = backlogBlocks[index];
        while (Long.compareUnsigned(block, holdings.highestBlock()) <= 0)
        {
            backlog.clear();
            final int told = knowledge.collect(PeerKnowledge.SELF, block, backlogSkips[index], backlog);
            if (backlog.size() > 0)
            {
                if (!sessions[index].sendHave(backlog))
                {
                    return 0;
                }
                final boolean isWhole = told < 0;
                backlogBlocks[index] = isWhole ? block + 1 : block;
                backlogSkips[index] = isWhole ? 0 : told;
                return 1;
            }
            block++;
            backlogBlocks[index] = block;
            backlogSkips[index] = 0;
        }
        hasBacklog[index] = false;

        return 0;
    }
}
