package io.fragcast.transport.aeron;

/**
 * What a channel wanted of the kernel and what it was granted: shown in the start line.
 *
 * @param what    the buffer or window asked for.
 * @param wanted  bytes that the formula gives.
 * @param granted bytes in use.
 * @param sysctl  kernel setting that lifts the limit.
 */
public record Grant(String what, int wanted, int granted, String sysctl)
{
    /**
     * Was less granted than wanted?
     *
     * @return true if the kernel's limit was in the way.
     */
    public boolean isCut()
    {
        return granted < wanted;
    }

    @Override
    public String toString()
    {
        final String text = what + " wanted " + wanted + " granted " + granted;

        return isCut() ? text + " (sysctl -w " + sysctl + "=" + wanted + ")" : text;
    }
}
