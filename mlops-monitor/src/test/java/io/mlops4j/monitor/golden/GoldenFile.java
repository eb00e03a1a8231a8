package io.mlops4j.monitor.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.assertj.core.data.Offset;

/** A file of expected values that NumPy, SciPy and scikit-learn made. */
public final class GoldenFile {
  private GoldenFile() {}

  public static JsonNode read(String name) {
    return read(GoldenFile.class, name);
  }

  /** Reads a file that lies beside a test. */
  public static JsonNode read(Class<?> test, String name) {
    try (InputStream in = test.getResourceAsStream(name)) {
      return new JsonMapper().readTree(Objects.requireNonNull(in, name));
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  public static Stream<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  public static double[] doubles(JsonNode array) {
    return elements(array).mapToDouble(JsonNode::asDouble).toArray();
  }

  public static long[] counts(JsonNode array) {
    return elements(array).mapToLong(JsonNode::asLong).toArray();
  }

  /**
   * Statistics agree to 1e-9 of their size; a zero that only rounding separates from zero counts as
   * zero.
   */
  public static Offset<Double> statistic(JsonNode expected) {
    return Offset.offset(Math.max(1e-12, 1e-9 * Math.abs(expected.asDouble())));
  }

  /** P-values agree to 1e-6 of their size, small ones too. */
  public static Offset<Double> pValue(JsonNode expected) {
    return Offset.offset(Math.max(1e-300, 1e-6 * expected.asDouble()));
  }
}
