package io.fragcast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

import java.io.IOException;

import static org.assertj.core.api.Assertions.assertThat;

class PeersTableTest
{
    @Test
    void shouldShowARowAPeer() throws IOException
    {
        final JsonNode node = node("""
            {"name": "02a@10.0.0.1:1", "dialled": true, "state": "READY", "failure": "NONE", "rttUs": 212.4,
             "clockOffsetUs": -1500.0, "clockErrorUs": 106.2,
             "has": {"sealedBlock": 1204336, "openBlock": 1204337, "openNextSeq": 9, "openFrags": 7},
             "asked": {"requests": 1300, "inFlight": 0}},
            {"name": "03b@10.0.0.2:1", "dialled": false, "state": "CLOSED", "failure": "SILENT", "rttUs": null,
             "clockOffsetUs": null, "clockErrorUs": null, "has": null, "asked": null}
            """);

        assertThat(PeersTable.lines(node)).containsExactly(
            "relay-1: 1 of 2 peers ready",
            "way      state                RTT     clock              sealed     open          asked  peer",
            "dialled  READY                212 µs  -1.50 ms ± 106 µs  1,204,336  1,204,337 +7  1,300  02a@10.0.0.1:1",
            "dials    CLOSED after SILENT  –       –                  –          –             –      03b@10.0.0.2:1");
        assertThat(PeersTable.json(node)).hasSize(2);
        assertThat(new ObjectMapper().readTree(PeersTable.json(node).get(0)).path("node").asText())
            .isEqualTo("relay-1");
    }

    @Test
    void shouldSayThatThereIsNone() throws IOException
    {
        assertThat(PeersTable.lines(node(""))).containsExactly("relay-1: 0 of 0 peers ready");
        assertThat(PeersTable.json(node(""))).isEmpty();
    }

    private static JsonNode node(final String peers) throws IOException
    {
        return new ObjectMapper().readTree("{\"name\": \"relay-1\", \"peers\": [" + peers + "]}");
    }
}
