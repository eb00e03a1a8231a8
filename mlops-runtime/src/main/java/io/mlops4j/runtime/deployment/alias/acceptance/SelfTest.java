package io.mlops4j.runtime.deployment.alias.acceptance;

import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.Feature;
import io.mlops4j.model.GoldenRows;
import io.mlops4j.model.MapSpec;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.deployment.DeploymentStatus.Verdict;
import io.mlops4j.runtime.serving.HeldRows;
import io.mlops4j.runtime.serving.loading.TypedColumns;
import io.mlops4j.runtime.serving.loading.WarmUp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.FloatingPointVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.util.Text;
import org.jspecify.annotations.Nullable;

/** The first calls of a version, before it serves. */
public final class SelfTest {
  private static final String RECENT = "recent rows of callers";

  private final Model model;
  private final BufferAllocator allocator;
  private final Duration limit;
  private final boolean nanAllowed;
  private final TypedColumns columns;

  /**
   * Prepares the calls.
   *
   * @param model the loaded version
   * @param allocator where rows are allocated
   * @param limit of each call
   * @param nanAllowed whether answers to finite rows may be NaN
   */
  public SelfTest(Model model, BufferAllocator allocator, Duration limit, boolean nanAllowed) {
    this.model = model;
    this.limit = limit;
    this.nanAllowed = nanAllowed;
    this.allocator = allocator;
    this.columns = new TypedColumns(model, allocator);
  }

  /**
   * Calls the model with the golden rows of the card. If the card has none, calls it once with
   * zeros and empty texts.
   *
   * @param card the version's card
   * @throws RejectedVersionException if an answer is not the expected one or NaN, or the model does
   *     not take the rows
   * @throws InferenceException if there is no answer
   */
  public void run(ModelCard card) {
    Optional<GoldenRows> golden = card.goldenRows();
    if (golden.isPresent()) {
      check(golden.get());
    } else {
      new WarmUp(model, allocator).once(limit, answer -> refuseNan(answer, "zeros", true));
    }
  }

  /**
   * Calls the model with rows that callers sent.
   *
   * @param rows the rows
   * @throws RejectedVersionException if it does not take them, or answers NaN to a row whose
   *     numbers are all finite
   * @throws InferenceException if there is no answer
   */
  public void run(FeatureBatch rows) {
    try (Prediction answer = model.predict(rows, options())) {
      refuseNan(answer, RECENT, finite(rows));
    } catch (ModelInputException e) {
      throw refused(e);
    }
  }

  /**
   * Calls the model with records that callers sent.
   *
   * @param bound the model, bound to the records
   * @param rows the records
   * @param finite for each record whether its numbers are all finite and none is missing
   * @param <I> the record
   * @throws RejectedVersionException if it does not take them, or answers NaN to a finite one
   * @throws InferenceException if there is no answer
   */
  public <I extends Record> void run(HeldRows<I, ?> bound, List<I> rows, boolean[] finite) {
    try (Prediction answer = bound.answer(rows, options())) {
      refuseNan(answer, RECENT, finite);
    } catch (ModelInputException e) {
      throw refused(e);
    }
  }

  private CallOptions options() {
    return CallOptions.withDefaults().withDeadline(limit);
  }

  private RejectedVersionException refused(ModelInputException e) {
    return new RejectedVersionException(
        Verdict.ANSWERS,
        "%s: does not take recent rows of callers, which the version that serves takes: %s; publish a version that does, or start the deployment with allowSignatureChange"
            .formatted(model.servedBy(), e.getMessage()),
        e);
  }

  /**
   * Says of each row whether what the model reads of it are finite numbers and texts; no, too, if a
   * column's type is unclear.
   */
  private boolean[] finite(FeatureBatch rows) {
    boolean[] finite = new boolean[rows.rows()];
    Arrays.fill(finite, true);
    for (Feature feature : model.features().features()) {
      FieldVector column = rows.root().getVector(feature.column());
      for (int row = 0; row < finite.length; row++) {
        finite[row] &= isFinite(column, row);
      }
    }
    return finite;
  }

  private static boolean isFinite(@Nullable FieldVector column, int row) {
    if (column == null || column.isNull(row)) {
      return false;
    }
    if (column instanceof Float4Vector || column instanceof Float8Vector) {
      return Double.isFinite(((FloatingPointVector) column).getValueAsDouble(row));
    }
    return column instanceof BaseIntVector
        || column instanceof BitVector
        || column instanceof VarCharVector;
  }

  /**
   * Rejects NaN in an answer to finite rows.
   *
   * @param rows the rows, for the message
   * @param finite which rows are finite
   */
  private void refuseNan(Prediction answer, String rows, boolean... finite) {
    if (nanAllowed) {
      return;
    }
    for (ValueSpec output : model.signature().outputs()) {
      if (isFloating(output)) {
        double[] values = answer.doubles(output.name());
        for (int i = 0; i < values.length; i++) {
          if (Double.isNaN(values[i]) && isFinite(finite, i, values.length)) {
            throw new RejectedVersionException(
                Verdict.ANSWERS,
                "%s: found NaN in output %s at %d when called with %s, expected a number; fix the model, publish a card with golden rows, or start the deployment with allowNan if NaN is a valid answer"
                    .formatted(model.servedBy(), output.name(), i, rows),
                null);
          }
        }
      }
    }
  }

  /** Returns whether the row of a value is finite; all must be if values belong to no row. */
  private static boolean isFinite(boolean[] finite, int value, int values) {
    if (finite.length > 0 && values % finite.length == 0) {
      return finite[value / (values / finite.length)];
    }
    for (boolean row : finite) {
      if (!row) {
        return false;
      }
    }
    return true;
  }

  private static boolean isFloating(ValueSpec output) {
    return output instanceof TensorSpec tensor
        && switch (tensor.type()) {
          case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 -> true;
          default -> false;
        };
  }

  private void check(GoldenRows golden) {
    try (FeatureBatch batch = columns.batch(golden.inputs(), golden.rows());
        Prediction answer = model.predict(batch, options())) {
      golden.outputs().forEach((output, expected) -> check(golden, output, expected, answer));
    } catch (ModelInputException e) {
      throw new RejectedVersionException(
          Verdict.ANSWERS,
          model.servedBy()
              + " fails its golden rows: "
              + e.getMessage()
              + "; publish a card whose golden rows have the columns that the model takes: "
              + model.features(),
          e);
    }
  }

  private void check(
      GoldenRows golden, String output, List<@Nullable Object> expected, Prediction answer) {
    List<?> found = values(output, answer);
    int width = Math.max(1, TypedColumns.width(expected));
    if (found.size() != expected.size() * width) {
      throw failed(
          output,
          found.size() + " values",
          expected.size() * width + ", " + (width == 1 ? "one" : width) + " for each row");
    }
    for (int row = 0; row < expected.size(); row++) {
      if (expected.get(row) instanceof List<?> list) {
        for (int i = 0; i < width; i++) {
          String place = output + " in row " + row + " at " + i;
          check(golden, place, list.get(i), found.get(row * width + i));
        }
      } else {
        check(golden, output + " in row " + row, expected.get(row), found.get(row * width));
      }
    }
  }

  private void check(GoldenRows golden, String place, @Nullable Object want, Object found) {
    if (want != null && !same(want, found, golden.tolerance())) {
      throw failed(
          place,
          String.valueOf(found),
          want + (want instanceof Number ? " within " + golden.tolerance() : ""));
    }
  }

  private RejectedVersionException failed(String what, String found, String expected) {
    return new RejectedVersionException(
        Verdict.ANSWERS,
        model.servedBy()
            + " fails its golden rows: "
            + what
            + ": found "
            + found
            + ", expected "
            + expected
            + "; publish a version that passes, or a card with the right rows",
        null);
  }

  private List<?> values(String output, Prediction answer) {
    List<ValueSpec> outputs = model.signature().outputs();
    ValueSpec spec =
        outputs.stream()
            .filter(each -> each.name().equals(output))
            .findFirst()
            .orElseThrow(() -> failed(output, "no such output", "one of " + outputs));
    if (spec instanceof TensorSpec tensor) {
      return values(tensor, answer);
    }
    if (spec instanceof SequenceSpec rows && rows.element() instanceof MapSpec) {
      return values((MapVector) answer.vector(output));
    }
    throw failed(
        output, spec.toString(), "a tensor, or a map in each row: no other output is compared");
  }

  private static List<?> values(TensorSpec output, Prediction answer) {
    return switch (output.type()) {
      case STRING -> Arrays.asList(answer.strings(output.name()));
      case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 ->
          Arrays.stream(answer.doubles(output.name())).boxed().toList();
      default -> Arrays.stream(answer.longs(output.name())).boxed().toList();
    };
  }

  /** The values of each row in the order of its keys, which is the order of engines' maps. */
  private static List<?> values(MapVector maps) {
    List<Object> values = new ArrayList<>();
    for (int row = 0; row < maps.getValueCount(); row++) {
      for (Object entry : maps.getObject(row)) {
        Object value = Objects.requireNonNull(((Map<?, ?>) entry).get(MapVector.VALUE_NAME));
        values.add(value instanceof Text text ? text.toString() : value);
      }
    }
    return values;
  }

  private static boolean same(Object want, Object found, double tolerance) {
    if (want instanceof Boolean bool) {
      return found.equals(bool ? 1L : 0L);
    }
    if (want instanceof Number number && found instanceof Number other) {
      double difference = Math.abs(number.doubleValue() - other.doubleValue());
      return difference <= tolerance
          || Double.compare(number.doubleValue(), other.doubleValue()) == 0;
    }
    return want.equals(found);
  }
}
