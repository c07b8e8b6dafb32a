package io.fragcast.protocol.peer;

/**
 * The stamps of one Time, epoch nanoseconds. Fields as on the wire; filled anew for each and valid during the call.
 */
public final class TimeStamps
{
    /** Answer: stamp of the question; 0: this is a question. */
    public long originateNs;
    /** Answer: when the question left, as the driver that sent it had it; 0: absent, or a question. */
    public long originateSentNs;
    /** Answer: when the question arrived, by the clock of who answers. */
    public long arriveNs;
    /** Stamp of this message. */
    public long transmitNs;
    /** When this message left, as the driver that sent it had it; 0: absent. */
    public long sentNs;

    /**
     * Is it an answer?
     *
     * @return false if it is a question.
     */
    public boolean isAnswer()
    {
        return 0 != originateNs;
    }

    /** The first stamp: the driver's where there is one, for it waited for nobody. */
    long askedNs()
    {
        return 0 == originateSentNs ? originateNs : originateSentNs;
    }

    /** The third stamp; none at all where the message has none. */
    long answeredNs()
    {
        return 0 == sentNs || transmitNs <= 0 ? transmitNs : sentNs;
    }
}
