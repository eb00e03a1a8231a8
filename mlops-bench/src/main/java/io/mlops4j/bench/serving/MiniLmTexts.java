package io.mlops4j.bench.serving;

import io.mlops4j.bench.engines.MiniLm;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.runtime.ModelRuntime;
import java.nio.Buffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** all-MiniLM-L6-v2 asked with one text at a time. */
final class MiniLmTexts {
  private static final int VOCABULARY = 30_522;
  private static final int SPECIAL = 1_000;
  private static final int VECTOR = 384;
  private static final int IN_TURNS = 64;
  private static final long SEED = 20050505;
  private static final List<String> INPUTS =
      List.of("input_ids", "attention_mask", "token_type_ids");

  private MiniLmTexts() {}

  /** The tokens of one text. */
  @SuppressWarnings("ArrayRecordComponent") // rows of tokens, never compared
  record Text(long[] input_ids, long[] attention_mask, long[] token_type_ids) {}

  /** A vector for each token. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record States(float[] last_hidden_state) {}

  private static Text[] texts(int thread, int shortest, int longest, int step) {
    Random random = new Random(SEED + thread);
    Text[] texts = new Text[IN_TURNS];
    for (int i = 0; i < IN_TURNS; i++) {
      int length = shortest + step * random.nextInt((longest - shortest) / step + 1);
      long[] ones = new long[length];
      Arrays.fill(ones, 1);
      texts[i] =
          new Text(random.longs(length, SPECIAL, VOCABULARY).toArray(), ones, new long[length]);
    }
    return texts;
  }

  static Callers ours(
      ModelRuntime.Builder runtime, LoadOptions options, int shortest, int longest, int step) {
    return new OursRows<>(
        runtime.open(),
        MiniLm.file(),
        options,
        Text.class,
        States.class,
        thread -> texts(thread, shortest, longest, step),
        states -> states.last_hidden_state()[0]);
  }

  static Callers raw(int shortest, int longest, int step) throws Exception {
    return new RawRows<>(
        MiniLm.file(),
        new RawRows.Kind<>(
            thread -> texts(thread, shortest, longest, step),
            text -> text.input_ids().length,
            INPUTS,
            length -> new long[] {1, length},
            MiniLmTexts::write,
            false,
            "last_hidden_state",
            length -> new long[] {1, length, VECTOR}),
        true);
  }

  private static void write(Text text, int input, Buffer into) {
    long[] values =
        switch (input) {
          case 0 -> text.input_ids();
          case 1 -> text.attention_mask();
          default -> text.token_type_ids();
        };
    ((LongBuffer) into).put(0, values);
  }
}
