package io.fragcast.node;

import io.fragcast.config.Endpoint;
import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LaneTest
{
    private final Endpoint node = new Endpoint("10.0.0.1", 14040);

    @Test
    void shouldKeepEveryLaneInTheNodesBlockOfEight()
    {
        final Set<String> endpoints = new HashSet<>();
        for (final Lane lane : Lane.values())
        {
            assertThat(endpoints.add(lane.at(node))).isTrue();
            assertThat(lane.portOffset()).isBetween(0, 4);
            if (Lane.BLOCK != lane)
            {
                assertThat(endpoints.add(lane.answersAt(node))).isTrue();
            }
        }

        assertThat(Lane.REPAIR.at(node)).isEqualTo("10.0.0.1:14042");
        assertThat(Lane.REPAIR.answersAt(node)).isEqualTo("10.0.0.1:14046");
        assertThat(Lane.BULK.answersAt(node)).isEqualTo("10.0.0.1:14047");
        assertThatThrownBy(() -> Lane.BLOCK.answersAt(node)).isInstanceOf(IllegalStateException.class);
    }
}
