package io.mlops4j.monitor.profile.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HyperLogLogTest {
  private static JsonNode expected(String name) throws IOException {
    String file = "/io/mlops4j/monitor/profile/registers.json";
    try (InputStream in = HyperLogLogTest.class.getResourceAsStream(file)) {
      return new ObjectMapper().readTree(in).get(name);
    }
  }

  private static void check(HyperLogLog found, String name) throws IOException {
    JsonNode expected = expected(name);
    assertThat(HexFormat.of().formatHex(found.registers()))
        .isEqualTo(expected.get("registers").asText());
    assertThat(found.estimate()).isEqualTo(expected.get("estimate").asLong());
  }

  @Test
  void registersAndEstimatesAreThoseOfTheDescription() throws IOException {
    HyperLogLog floats = new HyperLogLog();
    HyperLogLog doubles = new HyperLogLog();
    HyperLogLog texts = new HyperLogLog();
    for (int i = 0; i < 1000; i++) {
      floats.add((float) (i / 7.0));
    }
    for (int i = 0; i < 20_000; i++) {
      doubles.add(i / 7.0);
    }
    for (int i = 0; i < 300; i++) {
      byte[] text = ("text \u00e9 " + i).getBytes(StandardCharsets.UTF_8);
      texts.add(text, text.length);
    }
    check(floats, "floats");
    check(doubles, "doubles");
    check(texts, "texts");
    check(new HyperLogLog(), "none");
  }

  @Test
  void aChunkIsAddedAsItsValuesAre() {
    Chunk chunk = new Chunk();
    HyperLogLog one = new HyperLogLog();
    HyperLogLog other = new HyperLogLog();
    chunk.floats = true;
    chunk.length = 1000;
    for (int i = 0; i < chunk.length; i++) {
      chunk.set(i, i / 3f);
      one.add(i / 3f);
    }
    other.add(chunk);
    assertThat(other).isEqualTo(one);
  }

  /** The standard error of 200 estimates of the same number is known to 5 %. */
  @ParameterizedTest
  @ValueSource(ints = {100, 5_000, 50_000})
  void errorsAreAsStated(int distinct) {
    long seed = 5;
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    int runs = 200;
    double sum = 0;
    double squares = 0;
    for (int run = 0; run < runs; run++) {
      HyperLogLog floats = new HyperLogLog();
      int first = random.nextInt(1 << 30);
      for (int i = 0; i < distinct; i++) {
        floats.add(Float.intBitsToFloat(first + i)); // neighbours, as real values are
      }
      double error = (double) floats.estimate() / distinct - 1;
      sum += error;
      squares += error * error;
    }
    assertThat(sum / runs).isCloseTo(0, within(0.006));
    assertThat(Math.sqrt(squares / runs)).isLessThan(0.026);
  }
}
