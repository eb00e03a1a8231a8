package io.mlops4j.runtime.onnx;

import io.mlops4j.error.InferenceException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.runtime.onnx.graph.ElementTypes;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.StringColumn;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Runs a model once on zeros and empty texts. Open dimensions are 1. */
final class ProfiledRun {
  /** The largest input that is generated. */
  private static final long MOST_VALUES = 1 << 22;

  private ProfiledRun() {}

  /**
   * Runs the model.
   *
   * @param limit the longest that it may take
   * @throws InferenceException if it fails, or takes longer
   * @throws io.mlops4j.error.ModelInputException if it accepts no such values
   */
  static void of(EngineModel model, Duration limit) {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "mlops4j-profile"));
    try (EngineSlot slot = model.slot()) {
      feed(slot, model.signature());
      ScheduledFuture<?> end = timer.schedule(slot::cancel, limit.toNanos(), TimeUnit.NANOSECONDS);
      slot.run();
      end.cancel(false);
    } finally {
      timer.shutdownNow();
    }
  }

  private static void feed(EngineSlot slot, ModelSignature signature) {
    for (int i = 0; i < signature.inputs().size(); i++) {
      TensorSpec input = (TensorSpec) signature.inputs().get(i);
      long[] dims = dims(input);
      long values = ElementTypes.elements(dims);
      if (values > MOST_VALUES) {
        throw new InferenceException(
            "input %s: found a shape of more than %d values, expected a smaller one for a run on zeros"
                .formatted(input.name(), MOST_VALUES),
            null);
      }
      slot.shape(i, dims);
      if (input.type() == ElementType.STRING) {
        slot.strings(i, new EmptyTexts(values));
      } else {
        Native.fill(slot.address(i), values * input.type().bytes(), (byte) 0);
      }
    }
  }

  private static long[] dims(TensorSpec input) {
    return input.shape().stream().mapToLong(dim -> dim.size().orElse(1)).toArray();
  }

  private record EmptyTexts(long size) implements StringColumn {
    @Override
    public String get(long i) {
      return "";
    }
  }
}
