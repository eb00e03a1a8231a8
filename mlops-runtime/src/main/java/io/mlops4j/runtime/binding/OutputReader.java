package io.mlops4j.runtime.binding;

import io.mlops4j.error.InferenceException;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.EngineValue;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes the answers of one model out of its slots. Thread safe.
 *
 * <p>Answers are copied out of the slot, whose turn ends there: an answer that its caller keeps
 * holds no slot, and survives the model. What the copy costs was measured to be a thousandth of the
 * smallest model's run.
 */
public final class OutputReader implements AutoCloseable {
  private final List<OutputPlan> plans;
  private final OutputMemoryPool pool;
  private volatile long usual;

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
   * Says once for a slot which outputs it needs to compute.
   *
   * @param slot a slot of the model
   */
  public void prepare(EngineSlot slot) {
    for (OutputPlan plan : plans) {
      if (!plan.isTensor()) {
        slot.want(plan.output(), false);
      }
    }
  }

  /**
   * Copies the answers of a slot that has run.
   *
   * @param slot the slot, not yet recycled
   * @param rows how many rows it was asked
   * @return the answers, to be released
   */
  public Outputs read(EngineSlot slot, int rows) {
    Outputs outputs = new Outputs(plans, rows, pool.take(usual));
    try {
      long used = 0;
      for (int i = 0; i < plans.size(); i++) {
        if (plans.get(i).isTensor()) {
          used = copy(slot.output(plans.get(i).output()), outputs, i, used);
        }
      }
      if (used > usual) {
        usual = used;
      }
      return outputs;
    } catch (RuntimeException | Error e) {
      outputs.release();
      throw e;
    }
  }

  /**
   * The answers to no rows.
   *
   * @return empty answers, to be released
   */
  public Outputs empty() {
    Outputs outputs = new Outputs(plans, 0, pool.take(0));
    for (int i = 0; i < plans.size(); i++) {
      outputs.set(i, 0, 0, plans.get(i).declaredWidth());
    }
    return outputs;
  }

  private long copy(EngineValue value, Outputs into, int output, long used) {
    OutputPlan plan = plans.get(output);
    if (value.kind() != EngineValue.Kind.TENSOR || value.type() != plan.type()) {
      throw new InferenceException(
          "output " + plan.name() + ": found " + value.kind() + ", expected " + plan.spec(), null);
    }
    long elements = 1;
    for (int i = 0; i < value.rank(); i++) {
      elements *= value.dim(i);
    }
    boolean aligned = value.rank() > 0 && value.dim(0) == into.rows();
    int width = aligned ? Math.toIntExact(elements / into.rows()) : Outputs.NOT_BY_ROW;
    into.set(output, used, elements, width);
    long end = used;
    if (value.offsets() != 0) {
      long bytes = 4 * (elements + 1);
      into.reserve(end + bytes + value.bytes(), end, pool);
      Native.copy(value.offsets(), into.address() + end, bytes);
      end += bytes;
    } else {
      into.reserve(end + value.bytes(), end, pool);
    }
    Native.copy(value.address(), into.address() + end, value.bytes());
    return align(end + value.bytes());
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
