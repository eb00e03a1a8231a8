package io.mlops4j.runtime.serving.loading;

import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import io.mlops4j.model.TensorSpec;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** The first call of a model, with zeros and empty texts, so that no real call is the first. */
public final class WarmUp {

  /** The deadline of a call whose caller sets no other. */
  private static final Duration LIMIT = Duration.ofMinutes(1);

  /** Larger inputs are not created. */
  private static final int MOST_VALUES = 1 << 22;

  private final Model model;
  private final TypedColumns columns;

  /**
   * Calls nothing yet.
   *
   * @param model the model to call; it is not closed here
   * @param allocator the memory of the columns; it is not closed here
   */
  public WarmUp(Model model, BufferAllocator allocator) {
    this.model = model;
    this.columns = new TypedColumns(model, allocator);
  }

  /** Calls the model once if its inputs accept such values. Ignores a failure of the model. */
  public void tryOnce() {
    try {
      once(LIMIT, answer -> {});
    } catch (InferenceException e) {
      LoggerFactory.getLogger(WarmUp.class)
          .debug("{}: not warmed: {}", model.servedBy(), e.getMessage());
    }
  }

  /**
   * Calls the model once, if its inputs accept such values.
   *
   * @param limit the deadline of the call
   * @param check gets the answer, which is closed afterwards; not called if such values do not fit
   * @throws InferenceException if the model gives no answer
   */
  public void once(Duration limit, Consumer<? super Prediction> check) {
    Map<String, List<@Nullable Object>> zeros = new LinkedHashMap<>();
    for (Feature feature : model.features().features()) {
      Optional<ElementType> type = columns.type(feature);
      double width = columns.width(feature);
      if (type.isEmpty() || rows() * width > MOST_VALUES) {
        return;
      }
      Object zero = zero(type.get());
      zeros.put(
          feature.column(),
          Collections.nCopies(rows(), width == 1 ? zero : Collections.nCopies((int) width, zero)));
    }
    try (FeatureBatch batch = columns.batch(zeros, rows());
        Prediction answer = model.predict(batch, CallOptions.withDefaults().withDeadline(limit))) {
      check.accept(answer);
    } catch (ModelInputException e) {
      LoggerFactory.getLogger(WarmUp.class)
          .debug("{}: not warmed: {}", model.servedBy(), e.getMessage());
    }
  }

  private static Object zero(ElementType type) {
    return switch (type) {
      case STRING -> "";
      case BOOL -> false;
      default -> 0;
    };
  }

  /** One row, unless the model takes a fixed number. */
  private int rows() {
    return model.signature().inputs().stream()
        .filter(TensorSpec.class::isInstance)
        .map(spec -> ((TensorSpec) spec).shape())
        .filter(shape -> !shape.isEmpty())
        .map(shape -> (int) shape.get(0).size().orElse(1))
        .findFirst()
        .orElse(1);
  }
}
