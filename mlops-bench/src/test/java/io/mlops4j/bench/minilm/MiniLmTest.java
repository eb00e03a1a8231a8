package io.mlops4j.bench.minilm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** all-MiniLM-L6-v2, plain and quantised, gives the bits that raw ONNX Runtime gives. */
@SuppressWarnings("ArrayRecordComponent") // never compared
class MiniLmTest {
  private static final String PLAIN = "all-minilm-l6-v2.onnx";
  private static final String QUANTISED = "all-minilm-l6-v2-q.onnx";
  private static final int WIDTH = 384;
  private static final long SEED = 20_211_003;

  /** Rows and length, one call after another: shorter, longer, one, many. */
  private static final int[][] SHAPES = {
    {1, 7}, {3, 16}, {1, 128}, {8, 12}, {2, 4}, {1, 7}, {5, 33}, {1, 2}
  };

  @TempDir static Path folder;

  private final ModelRuntime runtime = ModelRuntime.builder().strict().threads(1).open();

  @AfterEach
  void nothingIsForgotten() {
    assertThat(runtime.allocator().getAllocatedMemory()).isZero();
    runtime.close();
    assertThat(runtime.hostBytes()).isZero();
  }

  private record Hidden(float[] last_hidden_state) {}

  private static Path file(String model) throws IOException {
    Path file = folder.resolve(model);
    if (Files.notExists(file)) {
      try (InputStream in = MiniLmTest.class.getResourceAsStream("/" + model)) {
        Files.copy(Objects.requireNonNull(in), file);
      }
    }
    return file;
  }

  private float[] hidden(Model model, Texts texts) {
    try (FeatureBatch batch = texts.batch(runtime.allocator());
        Prediction prediction = model.predict(batch)) {
      return prediction.floats("last_hidden_state");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {PLAIN, QUANTISED})
  void columnsOfTokensAnswerAsRawWhateverTheirLengths(String name) throws Exception {
    Random random = new Random(SEED);
    try (RawMiniLm raw = new RawMiniLm(file(name));
        Model model = runtime.load(file(name))) {
      for (int[] shape : SHAPES) {
        Texts texts = Texts.random(random, shape[0], shape[1]);
        float[] expected = raw.hidden(texts);
        String what = "seed %s, %s texts of %s".formatted(SEED, shape[0], shape[1]);
        assertThat(hidden(model, texts))
            .as(what)
            .hasSize(shape[0] * shape[1] * WIDTH)
            .containsExactly(expected);
        try (FeatureBatch batch = texts.tensors(runtime.allocator());
            Prediction prediction = model.predict(batch)) {
          assertThat(prediction.shape("last_hidden_state"))
              .as(what)
              .containsExactly(shape[0], shape[1], WIDTH);
          assertThat(prediction.floats("last_hidden_state")).as(what).containsExactly(expected);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {PLAIN, QUANTISED})
  void recordsAnswerAsRawAloneAndTogether(String name) throws Exception {
    Random random = new Random(SEED);
    try (RawMiniLm raw = new RawMiniLm(file(name));
        Model model = runtime.load(file(name))) {
      RowModel<Tokens, Hidden> bound = model.rows(Tokens.class, Hidden.class);
      for (int[] shape : SHAPES) {
        Texts texts = Texts.random(random, shape[0], shape[1]);
        List<Hidden> together = bound.predict(texts.records());
        float[] expected = raw.hidden(texts);
        int one = shape[1] * WIDTH;
        for (int row = 0; row < shape[0]; row++) {
          assertThat(together.get(row).last_hidden_state())
              .as("seed %s, text %s of %s x %s", SEED, row, shape[0], shape[1])
              .containsExactly(Arrays.copyOfRange(expected, row * one, (row + 1) * one));
        }
        Texts alone = Texts.random(random, 1, shape[1]);
        assertThat(bound.predict(alone.records().get(0)).last_hidden_state())
            .as("seed %s, one text of %s", SEED, shape[1])
            .containsExactly(raw.hidden(alone));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {PLAIN, QUANTISED})
  void threadsThatAskAtTheSameTimeEachGetTheirOwnAnswer(String name) throws Exception {
    int threads = 4;
    CyclicBarrier start = new CyclicBarrier(threads);
    ExecutorService callers = Executors.newFixedThreadPool(threads);
    try (RawMiniLm raw = new RawMiniLm(file(name));
        Model model = runtime.load(file(name))) {
      List<Callable<Void>> calls = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        Random random = new Random(SEED + thread);
        List<Texts> own = new ArrayList<>();
        List<float[]> expected = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
          own.add(Texts.random(random, 1 + random.nextInt(3), 4 + random.nextInt(24)));
          expected.add(raw.hidden(own.get(i)));
        }
        boolean records = thread % 2 == 1;
        calls.add(
            () -> {
              RowModel<Tokens, Hidden> bound = model.rows(Tokens.class, Hidden.class);
              start.await();
              for (int i = 0; i < own.size(); i++) {
                float[] found =
                    records ? flat(bound.predict(own.get(i).records())) : hidden(model, own.get(i));
                assertThat(found).as("seed " + SEED).containsExactly(expected.get(i));
              }
              return null;
            });
      }
      for (Future<Void> call : callers.invokeAll(calls)) {
        call.get();
      }
    } finally {
      callers.shutdown();
    }
  }

  private static float[] flat(List<Hidden> rows) {
    int width = rows.get(0).last_hidden_state().length;
    float[] flat = new float[rows.size() * width];
    for (int row = 0; row < rows.size(); row++) {
      System.arraycopy(rows.get(row).last_hidden_state(), 0, flat, row * width, width);
    }
    return flat;
  }

  @ParameterizedTest
  @ValueSource(strings = {PLAIN, QUANTISED})
  void whatTheModelCannotTakeIsRefusedAndTheNextTextAnswered(String name) throws Exception {
    Texts good = Texts.random(new Random(SEED), 2, 9);
    Tokens text = good.records().get(0);
    try (RawMiniLm raw = new RawMiniLm(file(name));
        Model model = runtime.load(file(name))) {
      RowModel<Tokens, Hidden> bound = model.rows(Tokens.class, Hidden.class);
      Tokens shorter = Texts.random(new Random(SEED), 1, 5).records().get(0);
      assertThatThrownBy(() -> bound.predict(List.of(text, shorter)))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining(
              "input_ids: found 5 values in row 1, expected 9 as in the rows before")
          .hasMessageContaining("pad");
      Tokens uneven = new Tokens(text.input_ids(), new long[8], text.token_type_ids());
      assertThatThrownBy(() -> bound.predict(uneven))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("attention_mask: found 8")
          .hasMessageContaining("9 as elsewhere in the call");
      Tokens tooLong = Texts.random(new Random(SEED), 1, 600).records().get(0);
      assertThatThrownBy(() -> bound.predict(tooLong)).isInstanceOf(InferenceException.class);
      long[] unknown = text.input_ids().clone();
      unknown[3] = 1_000_000;
      assertThatThrownBy(
              () ->
                  bound.predict(new Tokens(unknown, text.attention_mask(), text.token_type_ids())))
          .isInstanceOf(InferenceException.class);
      assertThat(hidden(model, good)).containsExactly(raw.hidden(good));
    }
  }
}
