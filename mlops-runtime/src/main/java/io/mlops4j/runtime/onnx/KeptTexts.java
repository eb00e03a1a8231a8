package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of short single texts that one input was fed with before. Categories repeat from call
 * to call, and making and freeing such a tensor takes as long as reading the rest of a record.
 *
 * <p>Each text has one place, and a text that needs a taken place replaces the tensor that is
 * there. So a miss costs what a call without this table costs, and at most {@link #PLACES} tensors
 * of some hundred bytes are kept. For one thread at a time.
 */
final class KeptTexts implements AutoCloseable {
  private static final int PLACES = 128;

  /** Longer texts are rarely categories. */
  private static final int LONGEST = 64;

  private final @Nullable String[] texts = new @Nullable String[PLACES];
  private final @Nullable OnnxTensor[] tensors = new @Nullable OnnxTensor[PLACES];
  private long[] dims = {};

  /** Whether a text can be kept. Text that needs {@link ExactText} cannot. */
  static boolean canKeep(String text) {
    return text.length() <= LONGEST;
  }

  /** Returns the tensor of a text, which stays open until another text needs its place. */
  OnnxTensor tensor(OrtEnvironment environment, String text, long[] shape) throws OrtException {
    if (dims != shape && !Arrays.equals(dims, shape)) {
      close();
    }
    dims = shape;
    int hash = text.hashCode();
    int place = (hash ^ hash >>> 7 ^ hash >>> 14) & (PLACES - 1);
    OnnxTensor kept = tensors[place];
    if (kept != null && text.equals(texts[place])) {
      return kept;
    }
    OnnxTensor made = OnnxTensor.createTensor(environment, new String[] {text}, shape);
    texts[place] = text;
    tensors[place] = made;
    if (kept != null) {
      kept.close();
    }
    return made;
  }

  /** Frees all tensors. */
  @Override
  public void close() {
    for (int i = 0; i < PLACES; i++) {
      OnnxTensor kept = tensors[i];
      if (kept != null) {
        tensors[i] = null;
        texts[i] = null;
        kept.close();
      }
    }
  }
}
