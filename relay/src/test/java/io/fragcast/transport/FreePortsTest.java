package io.fragcast.transport;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FreePortsTest
{
    private static final int EPHEMERAL = 32_768;

    @Test
    void shouldGiveEachBlockOnce() throws IOException
    {
        final Set<Integer> ports = new HashSet<>();
        for (int i = 0; i < 100; i++)
        {
            final int first = FreePorts.block();
            for (int port = first; port < first + FreePorts.BLOCK_LENGTH; port++)
            {
                assertThat(ports.add(port)).as("%d", port).isTrue();
                assertThat(port).isBetween(1_024, EPHEMERAL - 1);
            }
        }
    }

    @Test
    void shouldLeaveThePortsOfABlockFree() throws IOException
    {
        final int first = FreePorts.block();
        for (int port = first; port < first + FreePorts.BLOCK_LENGTH; port++)
        {
            new DatagramSocket(port, InetAddress.getLoopbackAddress()).close();
        }
        for (int port = first; port < first + FreePorts.BLOCK_LENGTH - 1; port++)
        {
            new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
        }
    }

    @Test
    void shouldHoldABlockAgainstOtherProcesses() throws IOException
    {
        final int last = FreePorts.block() + FreePorts.BLOCK_LENGTH - 1;

        assertThatThrownBy(() -> new ServerSocket(last, 1, InetAddress.getLoopbackAddress()).close())
            .isInstanceOf(BindException.class);
    }
}
