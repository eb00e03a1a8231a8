package io.mlops4j.samples.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.Proxy;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** The sample gives what the same model gives in Python, where a second tokenizer fed it. */
class EmbeddingTest {
  /** Cut before the first test, as a library that asks does so once a day. */
  private static final Network NETWORK = Network.cut();

  private static final Path MODEL = Path.of("target", "all-minilm-l6-v2");

  /** Texts side by side are padded, and Python asked one by one, with another ONNX Runtime. */
  private static final double TOLERANCE = 1e-5;

  private static JsonNode expected() throws IOException {
    try (InputStream in = EmbeddingTest.class.getResourceAsStream("expected.json")) {
      return new ObjectMapper().readTree(in);
    }
  }

  private static long[] longs(JsonNode array) {
    long[] longs = new long[array.size()];
    for (int i = 0; i < longs.length; i++) {
      longs[i] = array.get(i).longValue();
    }
    return longs;
  }

  @Test
  void sentencesBecomeTheTokensOfPython() throws IOException {
    JsonNode expected = expected().get("tokens");
    try (Embedding embedding = new Embedding(MODEL)) {
      List<Embedding.Tokens> found = embedding.tokens(Embedding.SENTENCES);
      assertThat(found).hasSameSizeAs(expected);
      for (int i = 0; i < found.size(); i++) {
        long[] tokens = longs(expected.get(i));
        assertThat(found.get(i).input_ids()).startsWith(tokens);
        for (int j = 0; j < found.get(i).input_ids().length; j++) {
          assertThat(found.get(i).attention_mask()[j]).isEqualTo(j < tokens.length ? 1 : 0);
        }
      }
    }
  }

  @Test
  void similaritiesAreThoseOfPython() throws IOException {
    JsonNode expected = expected().get("similarity");
    int sentences = Embedding.SENTENCES.size();
    assertThat(expected).hasSize(sentences);
    try (Embedding embedding = new Embedding(MODEL)) {
      List<Embedding.Pair> pairs = embedding.pairs(Embedding.SENTENCES);
      assertThat(pairs).hasSize(sentences * (sentences - 1) / 2);
      for (Embedding.Pair pair : pairs) {
        int one = Embedding.SENTENCES.indexOf(pair.one());
        int other = Embedding.SENTENCES.indexOf(pair.other());
        assertThat(pair.similarity())
            .as("%s and %s", pair.one(), pair.other())
            .isCloseTo(expected.get(one).get(other).doubleValue(), within(TOLERANCE));
      }
    }
  }

  @Test
  void theProgramPrintsTheClosestPairsAndAsksNoNetwork() throws IOException {
    PrintStream screen = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
      Embedding.main(MODEL.toString());
    } finally {
      System.setOut(screen);
    }
    assertThat(NETWORK.asked).isEmpty();
    assertThat(printed.toString(StandardCharsets.UTF_8).lines())
        .hasSize(10)
        .anyMatch(
            line -> line.endsWith("  The flight to Boston was cancelled because of heavy snow."))
        .anyMatch(line -> line.endsWith("  They serve really good coffee there."));
  }

  /** Hears of every URL that is opened, whatever the proxy, and opens none. */
  private static final class Network extends URLStreamHandler {
    private final Queue<URL> asked = new ConcurrentLinkedQueue<>();

    private static Network cut() {
      Network network = new Network();
      URL.setURLStreamHandlerFactory(protocol -> protocol.startsWith("http") ? network : null);
      return network;
    }

    @Override
    protected URLConnection openConnection(URL address) throws IOException {
      asked.add(address);
      throw new IOException("no network: " + address);
    }

    @Override
    protected URLConnection openConnection(URL address, Proxy proxy) throws IOException {
      return openConnection(address);
    }
  }
}
