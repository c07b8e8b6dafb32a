package io.fragcast.edge.engine;

import io.fragcast.edge.engine.EngineAnswer.Outcome;
import io.fragcast.edge.rpc.SignedMessage;
import io.fragcast.ethereum.BasedOpMessage.Frag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class EngineJsonTest
{
    @Test
    void shouldWriteASignedMessage()
    {
        final byte[] signature = new byte[65];
        signature[64] = 28;
        final Frag frag = new Frag(-1L, 3, true, List.of(new byte[] {2, 5}, new byte[0]));

        assertThat(text(EngineJson.request(7, EngineMethod.FRAG, new SignedMessage(frag, signature)))).isEqualTo(
            "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"engine_newFragV0\",\"params\":[{\"signature\":\"0x" +
            "00".repeat(64) + "1c\",\"message\":{\"blockNumber\":18446744073709551615,\"isLast\":true,\"seq\":3," +
            "\"txs\":[\"0x0205\",\"0x\"]}}]}");
    }

    @Test
    void shouldWriteZerosWhereNobodySigned()
    {
        final Frag frag = new Frag(1, 0, false, List.of());

        assertThat(text(EngineJson.request(7, EngineMethod.FRAG, new SignedMessage(frag, null))))
            .contains("\"signature\":\"0x" + "00".repeat(65) + "\"");
    }

    @Test
    void shouldAskForBlocksWithoutTheirTransactions()
    {
        assertThat(text(EngineJson.query(1, EngineMethod.HEAD, "latest"))).isEqualTo(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_getBlockByNumber\",\"params\":[\"latest\",false]}");
        assertThat(text(EngineJson.query(2, EngineMethod.BLOCK, "0x01"))).isEqualTo(
            "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"eth_getBlockByHash\",\"params\":[\"0x01\",false]}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "FRAG | OK      | {\"id\":1,\"result\":\"VALID\"}",
        "FRAG | OK      | {\"id\":1,\"result\":\"VALID\",\"error\":null}",
        "FRAG | REFUSED | {\"id\":1,\"result\":\"INVALID\"}",
        "FRAG | REFUSED | {\"id\":1,\"error\":{\"code\":-32000,\"message\":\"no\"}}",
        "FRAG | UNREAD  | {\"id\":1,\"error\":{\"code\":-32602,\"message\":\"invalid argument 0\"}}",
        "FRAG | UNREAD  | {\"id\":1,\"error\":{\"code\":-32600,\"message\":\"invalid request\"}}",
        "FRAG | UNREAD  | {\"id\":1,\"error\":{\"code\":-32700,\"message\":\"parse error\"}}",
        "FRAG | REFUSED | {\"id\":1,\"error\":{\"code\":-32701,\"message\":\"no\"}}",
        "FRAG | UNKNOWN | {\"id\":1}",
        "FRAG | UNKNOWN | <html>",
        "HEAD | UNKNOWN | {\"id\":1,\"result\":null}",
        "HEAD | UNKNOWN | {\"id\":1,\"result\":{\"number\":\"0x7\",\"hash\":\"0x00\"}}",
        "BLOCK | OK     | {\"id\":1,\"result\":null}"})
    void shouldTellWhatAnAnswerMeans(final EngineMethod method, final Outcome outcome, final String answer)
    {
        assertThat(EngineJson.answer(method, answer.getBytes(StandardCharsets.UTF_8)).outcome()).isEqualTo(outcome);
    }

    @Test
    void shouldReadTheHeadAndWhetherABlockIsThere()
    {
        final String block = "{\"id\":1,\"result\":{\"number\":\"0xffffffffffffffff\",\"hash\":\"0x" + "ab".repeat(32) +
            "\",\"transactions\":[]}}";
        final EngineAnswer head = EngineJson.answer(EngineMethod.HEAD, block.getBytes(StandardCharsets.UTF_8));

        assertThat(head.number()).isEqualTo(-1L);
        assertThat(head.hash()).hasSize(32).containsOnly(0xAB);
        assertThat(EngineJson.answer(EngineMethod.BLOCK, block.getBytes(StandardCharsets.UTF_8)).number()).isOne();
        assertThat(EngineJson.answer(
            EngineMethod.BLOCK, "{\"id\":1,\"result\":null}".getBytes(StandardCharsets.UTF_8)).number()).isZero();
    }

    private static String text(final byte[] json)
    {
        return new String(json, StandardCharsets.UTF_8);
    }
}
