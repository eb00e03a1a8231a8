package io.mlops4j.samples.embedding;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.RowModel;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Which texts mean the same? Embeds sentences in process with all-MiniLM-L6-v2 and prints the pairs
 * that are closest in meaning.
 */
public final class Embedding implements AutoCloseable {
  static final List<String> SENTENCES =
      List.of(
          "The flight to Boston was cancelled because of heavy snow.",
          "How do I reset my password?",
          "You charged my credit card twice for the same order.",
          "Penguins dive for fish.",
          "A winter storm grounded our plane to Logan airport.",
          "The café's espresso is the best in town!",
          "I can't log in any more, I forgot my secret word.",
          "Two payments were taken although I bought it only once, and nobody answers my e-mails.",
          "Seabirds swim under water to catch their dinner.",
          "They serve really good coffee there.");

  private static final int SHOWN = 5;

  /** The model's inputs, by name. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Tokens(long[] input_ids, long[] attention_mask, long[] token_type_ids) {
    static Tokens of(Encoding text) {
      return new Tokens(text.getIds(), text.getAttentionMask(), text.getTypeIds());
    }
  }

  /** The model's output: a vector for each token, one after another. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Hidden(float[] last_hidden_state) {}

  /** Two texts and their similarity: 1 for equal texts, about 0 for unrelated ones. */
  record Pair(double similarity, String one, String other) {}

  static {
    // Otherwise the tokenizer's library sends telemetry when it starts.
    System.setProperty("ai.djl.offline", "true");
  }

  private final HuggingFaceTokenizer tokenizer;
  private final ModelRuntime runtime;
  private final Model model;
  private final RowModel<Tokens, Hidden> transformer;

  Embedding(Path folder) throws IOException {
    tokenizer =
        HuggingFaceTokenizer.builder()
            .optTokenizerPath(folder.resolve("all-minilm-l6-v2-tokenizer.json"))
            .optPadding(true) // to the longest of the texts
            .build();
    runtime = ModelRuntime.open();
    model = runtime.load(folder.resolve("all-minilm-l6-v2.onnx"));
    transformer = model.rows(Tokens.class, Hidden.class);
  }

  List<Tokens> tokens(List<String> texts) {
    return Stream.of(tokenizer.batchEncode(texts)).map(Tokens::of).toList();
  }

  /** A vector of length 1 for each text. */
  List<double[]> embed(List<String> texts) {
    List<Tokens> tokens = tokens(texts);
    List<Hidden> hidden = transformer.predict(tokens);
    List<double[]> vectors = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      vectors.add(normalised(mean(tokens.get(i).attention_mask(), hidden.get(i))));
    }
    return vectors;
  }

  private static double[] mean(long[] mask, Hidden hidden) {
    float[] values = hidden.last_hidden_state();
    int width = values.length / mask.length;
    double[] mean = new double[width];
    long tokens = 0;
    for (int token = 0; token < mask.length; token++) {
      if (mask[token] != 0) { // padding does not count
        tokens++;
        for (int i = 0; i < width; i++) {
          mean[i] += values[token * width + i];
        }
      }
    }
    for (int i = 0; i < width; i++) {
      mean[i] /= tokens;
    }
    return mean;
  }

  private static double[] normalised(double[] vector) {
    double length = Math.sqrt(dot(vector, vector));
    for (int i = 0; i < vector.length; i++) {
      vector[i] /= length;
    }
    return vector;
  }

  private static double dot(double[] one, double[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += one[i] * other[i];
    }
    return sum;
  }

  /** All pairs, the closest first. */
  List<Pair> pairs(List<String> texts) {
    List<double[]> vectors = embed(texts);
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      for (int j = i + 1; j < texts.size(); j++) {
        pairs.add(new Pair(dot(vectors.get(i), vectors.get(j)), texts.get(i), texts.get(j)));
      }
    }
    pairs.sort(Comparator.comparingDouble(Pair::similarity).reversed());
    return pairs;
  }

  @Override
  public void close() {
    model.close();
    runtime.close();
    tokenizer.close();
  }

  /**
   * Embeds the sentences and prints the closest pairs.
   *
   * @param folder the folder of the model and its tokenizer
   * @throws IOException if they are not there
   */
  public static void main(String... folder) throws IOException {
    try (Embedding embedding = new Embedding(Path.of(folder[0]))) {
      for (Pair pair : embedding.pairs(SENTENCES).subList(0, SHOWN)) {
        System.out.printf(
            Locale.ROOT, "%.2f  %s%n      %s%n", pair.similarity(), pair.one(), pair.other());
      }
    }
  }
}
