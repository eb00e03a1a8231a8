package io.mlops4j.runtime.binding.output;

import io.mlops4j.error.InferenceException;
import io.mlops4j.model.MapSpec;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.runtime.binding.Scalars;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.EngineValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes the answers of one model out of its slots. Thread safe.
 *
 * <p>Answers are copied out of the slot, whose turn ends there: an answer that its caller keeps
 * holds no slot, and survives the model. What the copy costs was measured to be a thousandth of the
 * smallest model's run.
 *
 * <p>Sequences and maps are computed and copied like all outputs, whether or not they are read: who
 * will read an answer is not known when the model runs.
 */
public final class OutputReader implements AutoCloseable {
  private final List<OutputPlan> plans;
  private final OutputMemoryPool pool;
  private volatile long usual;
  private volatile @Nullable OutputLayout last;

  /**
   * Prepares for the outputs of a model.
   *
   * @param signature what the model returns
   * @param memory where answers lie
   * @param kept how many answers' memory is kept for later ones
   */
  public OutputReader(ModelSignature signature, DirectMemory memory, int kept) {
    List<OutputPlan> outputs = new ArrayList<>();
    for (int i = 0; i < signature.outputs().size(); i++) {
      outputs.add(new OutputPlan(i, signature.outputs().get(i)));
    }
    this.plans = List.copyOf(outputs);
    this.pool = new OutputMemoryPool(memory, kept);
  }

  /**
   * Copies the answers of a slot that has run.
   *
   * @param slot the slot, not yet recycled
   * @param rows how many rows it was asked
   * @param whole whether the one row was the whole of an input, so that outputs are whole its
   *     answer
   * @return the answers, to be released
   */
  public Outputs read(EngineSlot slot, int rows, boolean whole) {
    return read(slot, -1, rows, whole);
  }

  /**
   * Copies the answers of a slot that has run for several batches, each into memory of its own.
   *
   * @param slot the slot, not yet recycled
   * @param rows how many rows of each batch it was asked, one batch after the other
   * @return the answers in the order of the batches, to be released; none if an output has not a
   *     row for each row
   */
  public List<Outputs> read(EngineSlot slot, int[] rows) {
    int all = Arrays.stream(rows).sum();
    for (OutputPlan plan : plans) {
      if (!RowRange.isByRow(slot.output(plan.output()), all)) {
        return List.of();
      }
    }
    List<Outputs> parts = new ArrayList<>(rows.length);
    try {
      int first = 0;
      for (int count : rows) {
        parts.add(read(slot, first, count, false));
        first += count;
      }
      return parts;
    } catch (RuntimeException | Error e) {
      parts.forEach(Outputs::release);
      throw e;
    }
  }

  /** Of some rows of several batches' answers, or from -1 on all of one's. */
  private Outputs read(EngineSlot slot, int first, int rows, boolean whole) {
    OutputLayout known = last;
    boolean fits = known != null && known.isFor(rows, whole);
    OutputLayout shared = fits ? known : null;
    Outputs outputs =
        new Outputs(
            plans,
            shared != null ? shared : new OutputLayout(plans.size(), rows, whole),
            pool.take(usual));
    try {
      long used = 0;
      for (int i = 0; i < plans.size(); i++) {
        EngineValue all = slot.output(plans.get(i).output());
        EngineValue value = first < 0 ? all : new RowRange(all, first, rows);
        used =
            plans.get(i).isTensor()
                ? copy(value, outputs, i, used, shared)
                : copyNested(value, outputs, i, used, shared);
      }
      if (used > usual) {
        usual = used;
      }
      if (outputs.layout() != shared) {
        last = outputs.layout();
      }
      return outputs;
    } catch (RuntimeException | Error e) {
      outputs.release();
      throw e;
    }
  }

  /**
   * Joins the answers to parts of a batch.
   *
   * @param parts in the order of the rows, all outputs tensors without text; released here
   * @param rows how many all of them answer
   * @return the answers, to be released
   * @throws InferenceException if an answer is not one for each row
   */
  public Outputs join(List<Outputs> parts, int rows) {
    OutputLayout layout = new OutputLayout(plans.size(), rows, false);
    long used = 0;
    try {
      for (int i = 0; i < plans.size(); i++) {
        layout.set(i, used, joinedShape(parts, i, rows));
        used = align(used + layout.elements(i) * plans.get(i).type().bytes());
      }
      Outputs joined = new Outputs(plans, layout, pool.take(used));
      for (int i = 0; i < plans.size(); i++) {
        long at = joined.address() + layout.start(i);
        for (Outputs part : parts) {
          long bytes = part.layout().elements(i) * plans.get(i).type().bytes();
          Native.copy(part.address() + part.layout().start(i), at, bytes);
          at += bytes;
        }
      }
      return joined;
    } finally {
      parts.forEach(Outputs::release);
    }
  }

  private long[] joinedShape(List<Outputs> parts, int output, int rows) {
    long[] shape = parts.get(0).layout().shape(output);
    for (Outputs part : parts) {
      long[] other = part.layout().shape(output);
      if (other.length == 0
          || other.length != shape.length
          || other[0] != part.rows()
          || !Arrays.equals(other, 1, other.length, shape, 1, shape.length)) {
        throw new InferenceException(
            "output %s: found %s for %d rows and %s for others, expected a row for each; the rows of this model are not independent: load it without independentRows()"
                .formatted(
                    plans.get(output).name(),
                    Arrays.toString(other),
                    part.rows(),
                    Arrays.toString(shape)),
            null);
      }
    }
    shape[0] = rows;
    return shape;
  }

  /**
   * Whether every output is a tensor. ONNX Runtime's Java API cannot return an empty sequence.
   *
   * @return false if one is a sequence or a map
   */
  public boolean areTensors() {
    return plans.stream().allMatch(OutputPlan::isTensor);
  }

  /**
   * The answers to no rows, as far as the model declares them.
   *
   * @return empty answers, to be released
   */
  public Outputs empty() {
    OutputLayout none = new OutputLayout(plans.size(), 0, false);
    for (int i = 0; i < plans.size(); i++) {
      if (plans.get(i).isTensor()) {
        none.set(i, 0, plans.get(i).emptyShape());
      } else {
        none.setNested(i, true);
      }
    }
    return new Outputs(plans, none, pool.take(0));
  }

  private long copy(
      EngineValue value, Outputs into, int output, long used, @Nullable OutputLayout shared) {
    OutputPlan plan = plans.get(output);
    if (value.kind() != EngineValue.Kind.TENSOR || value.type() != plan.type()) {
      throw other(plan, value);
    }
    if (!into.layout().holds(output, used, value)) {
      own(into, output, shared).set(output, used, OutputLayout.shape(value));
    }
    return copy(value, into.layout().elements(output), into, used);
  }

  /** What other calls share is not written, but left behind from this output on. */
  private static OutputLayout own(Outputs into, int output, @Nullable OutputLayout shared) {
    if (into.layout() == shared) {
      into.setLayout(shared.upTo(output));
    }
    return into.layout();
  }

  /** The slow path: made anew by each call. */
  private long copyNested(
      EngineValue value, Outputs into, int output, long used, @Nullable OutputLayout shared) {
    OutputPlan plan = plans.get(output);
    boolean maps = plan.isOfMaps();
    List<Piece> keys = new ArrayList<>();
    List<Piece> values = new ArrayList<>();
    long end = used;
    if (plan.spec() instanceof MapSpec) {
      end = copyChild(value, maps, plan, into, end, keys, values);
    } else if (value.kind() == EngineValue.Kind.SEQUENCE) {
      for (int i = 0; i < value.children(); i++) {
        end = copyChild(value.child(i), maps, plan, into, end, keys, values);
      }
    } else {
      throw other(plan, value);
    }
    into.setNested(output, new NestedAnswer(maps ? keys : null, values));
    own(into, output, shared).setNested(output, maps && values.size() == into.rows());
    return end;
  }

  private long copyChild(
      EngineValue child,
      boolean map,
      OutputPlan plan,
      Outputs into,
      long used,
      List<Piece> keys,
      List<Piece> values) {
    if (child.kind() != (map ? EngineValue.Kind.MAP : EngineValue.Kind.TENSOR)) {
      throw other(plan, child);
    }
    if (!map) {
      return copyPiece(child, into, used, values);
    }
    long end = copyPiece(child.child(0), into, used, keys);
    return copyPiece(child.child(1), into, end, values);
  }

  private long copyPiece(EngineValue tensor, Outputs into, long used, List<Piece> pieces) {
    long[] shape = OutputLayout.shape(tensor);
    long elements = Scalars.elements(shape);
    pieces.add(new Piece(tensor.type(), used, elements, shape));
    return copy(tensor, elements, into, used);
  }

  private long copy(EngineValue value, long elements, Outputs into, long used) {
    long end = used;
    if (value.offsets() != 0) {
      long bytes = 4 * (elements + 1);
      into.reserve(end + bytes + value.bytes(), end, pool);
      copyOffsets(value.offsets(), into.address() + end, elements);
      end += bytes;
    } else {
      into.reserve(end + value.bytes(), end, pool);
    }
    Native.copy(value.address(), into.address() + end, value.bytes());
    return align(end + value.bytes());
  }

  /** Of the first text on: they begin at 0 here. */
  private static void copyOffsets(long from, long to, long elements) {
    int start = Native.getInt(from);
    if (start == 0) {
      Native.copy(from, to, 4 * (elements + 1));
      return;
    }
    for (long i = 0; i <= elements; i++) {
      Native.putInt(to + 4 * i, Native.getInt(from + 4 * i) - start);
    }
  }

  private static InferenceException other(OutputPlan plan, EngineValue value) {
    return new InferenceException(
        "output " + plan.name() + ": found " + value.kind() + ", expected " + plan.spec(), null);
  }

  private static long align(long bytes) {
    return bytes + DirectMemory.ALIGNMENT - 1 & -DirectMemory.ALIGNMENT;
  }

  /**
   * How many answers are held now.
   *
   * @return 0 when all were released
   */
  public int lent() {
    return pool.lent();
  }

  /** Frees idle memory; answers still held free theirs when they are released. */
  @Override
  public void close() {
    pool.close();
  }
}
