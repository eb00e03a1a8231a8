package io.mlops4j.bench.engines;

import ai.onnxruntime.OrtException;
import io.mlops4j.bench.ratios.Side;
import io.mlops4j.feature.FeatureBatch;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;

/** all-MiniLM-L6-v2 on texts of 128 tokens. */
public final class MiniLm {
  static final int SEQUENCE = 128;
  private static final int VECTOR = 384;
  private static final int VOCABULARY = 30522;
  private static final int SPECIAL = 1000;
  private static final long SEED = 20030303;
  private static final String OUTPUT = "last_hidden_state";

  private MiniLm() {}

  /** The model, from its Maven artifact. */
  public static Path file() {
    return Models.resource("/all-minilm-l6-v2.onnx");
  }

  /** Any tokens: they do not change the speed. */
  private static long[] ids(int texts) {
    return new Random(SEED).longs(texts * (long) SEQUENCE, SPECIAL, VOCABULARY).toArray();
  }

  private static long[] all(int texts, long value) {
    long[] values = new long[texts * SEQUENCE];
    Arrays.fill(values, value);
    return values;
  }

  static Side ours(int texts) {
    return new Ours(
        file(), null, memory -> batch(texts, memory), OUTPUT, texts * SEQUENCE * VECTOR);
  }

  static FeatureBatch batch(int texts, BufferAllocator memory) {
    return Lists.batch(
        memory,
        Lists.longs("input_ids", SEQUENCE, ids(texts), memory),
        Lists.longs("attention_mask", SEQUENCE, all(texts, 1), memory),
        Lists.longs("token_type_ids", SEQUENCE, all(texts, 0), memory));
  }

  static Side raw(int texts) throws OrtException {
    return raw(file(), inputs(texts), texts);
  }

  static Side raw(Path file, Map<String, RawBest.Input> inputs, int texts) throws OrtException {
    return new RawBest(file, inputs, OUTPUT, texts, SEQUENCE, VECTOR);
  }

  static Map<String, RawBest.Input> inputs(int texts) {
    return Map.of(
        "input_ids", RawBest.longs(ids(texts), texts, SEQUENCE),
        "attention_mask", RawBest.longs(all(texts, 1), texts, SEQUENCE),
        "token_type_ids", RawBest.longs(all(texts, 0), texts, SEQUENCE));
  }
}
