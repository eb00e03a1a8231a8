package io.mlops4j.runtime.serving;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.inference.InferenceEvent.Phase;
import io.mlops4j.runtime.binding.BatchBinder;
import io.mlops4j.runtime.binding.output.OutputReader;
import io.mlops4j.runtime.binding.output.Outputs;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.serving.call.CallTimes;
import io.mlops4j.runtime.serving.threads.CpuTime;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A model in an engine with its slots, which all its identities share. Thread safe. */
class SharedModel {
  private final EngineModel engine;
  private final DirectMemory memory;
  private final BatchBinder binder;
  private final OutputReader outputs;
  private final SlotPool slots;
  private final @Nullable BatchSplitter pieces;
  private final AtomicInteger identities = new AtomicInteger(1);
  private volatile boolean joins;
  private volatile Runnable whenUnused = this::free;

  /**
   * A model with one identity.
   *
   * @param pieces splits large batches, or null if they are not split
   */
  SharedModel(
      EngineModel engine,
      BatchBinder binder,
      DirectMemory memory,
      int kept,
      @Nullable BatchSplitter pieces) {
    this.engine = engine;
    this.memory = memory;
    this.pieces = pieces;
    this.binder = binder;
    this.joins = binder.takesMany();
    this.outputs = new OutputReader(engine.signature(), memory, kept);
    this.slots = new SlotPool(kept, this::build);
  }

  private Slot build() {
    EngineSlot slot = engine.slot();
    try {
      return new Slot(slot, binder.inputs(slot));
    } catch (RuntimeException | Error e) {
      slot.close();
      throw e;
    }
  }

  EngineModel engine() {
    return engine;
  }

  BatchBinder binder() {
    return binder;
  }

  /** Where answers are allocated. */
  DirectMemory memory() {
    return memory;
  }

  /** Adds an identity while another one is open. */
  SharedModel share() {
    identities.incrementAndGet();
    return this;
  }

  /** Adds an identity, unless the last one was released. */
  boolean tryShare() {
    return identities.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
  }

  /** Sets an action that runs when the last identity was released. Called before this is shared. */
  void whenUnused(Runnable action) {
    whenUnused = action;
  }

  /** Removes an identity. The last one frees the model, unless it is kept loaded. */
  void release() {
    if (identities.decrementAndGet() == 0) {
      whenUnused.run();
    }
  }

  /** Frees the slots of a model that stays loaded without an identity. */
  void sleep() {
    slots.close();
  }

  /** Gives a sleeping model one identity. */
  void wake() {
    identities.set(1);
  }

  /** Frees the model; open predictions keep their memory. */
  void free() {
    try (engine;
        outputs) {
      slots.close();
    }
  }

  /** Whether one run can answer several batches, as far as is known. */
  boolean joins() {
    return joins;
  }

  /**
   * Answers several batches in one run. Each batch gets its own answer.
   *
   * @throws RuntimeException if that failed or is not possible; each then needs a run of its own
   */
  List<Outputs> askTogether(
      JointJob job,
      @Nullable Cancellation cancellation,
      @Nullable CallTimes times,
      @Nullable CpuTime cpu) {
    List<Outputs> answers = askAtOnce(job, cancellation, times, cpu);
    if (answers.isEmpty()) {
      joins = false;
      throw new IllegalStateException(
          "an output does not have one row for each row of the batches");
    }
    return answers;
  }

  Outputs ask(
      Request request,
      @Nullable Cancellation cancellation,
      @Nullable CallTimes times,
      @Nullable CpuTime cpu) {
    if (request.rows() == 0) {
      request.checkEmpty();
      if (!outputs.areTensors()) {
        return outputs.empty();
      }
    }
    if (pieces != null && pieces.isLarge(request.rows()) && request instanceof BatchRequest batch) {
      return askInPieces(pieces, batch, cancellation, times, cpu);
    }
    return askAtOnce(request, cancellation, times, cpu);
  }

  private Outputs askInPieces(
      BatchSplitter pieces,
      BatchRequest batch,
      @Nullable Cancellation cancellation,
      @Nullable CallTimes times,
      @Nullable CpuTime cpu) {
    end(times, Phase.QUEUE);
    if (times != null) {
      times.begin(Phase.RUN); // of which binding each piece is a small part
    }
    List<Outputs> answers;
    try {
      answers = pieces.ask(batch, cancellation, (piece, part) -> askAtOnce(piece, part, null, cpu));
    } catch (ModelInputException e) {
      end(times, Phase.BIND);
      return askAtOnce(
          batch, cancellation, times, cpu); // whose message counts the rows of the whole batch
    }
    end(times, Phase.RUN);
    Outputs joined = outputs.join(answers, batch.rows());
    end(times, Phase.READ);
    return joined;
  }

  private <A> A askAtOnce(
      Job<A> job,
      @Nullable Cancellation cancellation,
      @Nullable CallTimes times,
      @Nullable CpuTime cpu) {
    AbandonedRuns late = cancellation == null ? null : cancellation.lateRuns();
    if (late == null || cancellation == null) {
      return askTimed(job, cancellation, times, cpu);
    }
    CallTimes own = times == null ? null : times.copy();
    AbandonedRuns.StrictRun<A> run =
        late.begin(share()::release, job, () -> askTimed(job, cancellation, own, cpu));
    cancellation.whenStopped(run::abandon);
    AbandonedRuns.Ended<A> ended = run.await();
    if (ended.isAbandoned()) {
      cancellation.check();
    }
    if (times != null && own != null) {
      times.set(own);
    }
    return ended.get();
  }

  private <A> A askTimed(
      Job<A> job,
      @Nullable Cancellation cancellation,
      @Nullable CallTimes times,
      @Nullable CpuTime cpu) {
    if (cpu == null) {
      return askOnSlot(job, cancellation, times);
    }
    long began = cpu.now();
    try {
      return askOnSlot(job, cancellation, times);
    } finally {
      cpu.addSince(began);
    }
  }

  private <A> A askOnSlot(
      Job<A> job, @Nullable Cancellation cancellation, @Nullable CallTimes times) {
    Slot slot = lease(times);
    boolean sound = false;
    try {
      A answer = ask(slot, job, cancellation, times);
      sound = true;
      return answer;
    } catch (RuntimeException e) {
      sound = true; // a call that failed leaves its slot usable; an error may not
      throw e;
    } finally {
      giveBack(slot, sound);
    }
  }

  private Slot lease(@Nullable CallTimes times) {
    Slot idle = slots.idle();
    if (idle != null) {
      return idle;
    }
    if (times != null) {
      times.waits();
    }
    return slots.lease();
  }

  private void giveBack(Slot slot, boolean sound) {
    boolean recycled = false;
    try {
      slot.recycle();
      recycled = true;
    } finally {
      if (sound && recycled) {
        slots.give(slot);
      } else {
        slot.engine().close();
      }
    }
  }

  private <A> A ask(
      Slot slot, Job<A> job, @Nullable Cancellation cancellation, @Nullable CallTimes times) {
    if (cancellation == null) {
      return run(slot, job, times);
    }
    A answer = null;
    try {
      cancellation.begin(slot.engine());
      answer = run(slot, job, times);
    } catch (RuntimeException e) {
      if (!cancellation.isStopped()) {
        throw e;
      }
    } finally {
      cancellation.end();
    }
    return inTime(job, answer, cancellation);
  }

  private static <A> A inTime(Job<A> job, @Nullable A answer, Cancellation cancellation) {
    try {
      cancellation.check();
    } catch (RuntimeException e) {
      if (answer != null) {
        job.drop(answer);
      }
      throw e;
    }
    if (answer == null) {
      throw new IllegalStateException("a call ended without an answer");
    }
    return answer;
  }

  private <A> A run(Slot slot, Job<A> job, @Nullable CallTimes times) {
    if (times == null) {
      boolean whole = job.bind(slot);
      slot.engine().run();
      return job.read(outputs, slot.engine(), whole);
    }
    times.endWait();
    return job.isSmall() && outputs.areNumbers()
        ? runSmall(slot, job, times)
        : runTimed(slot, job, times);
  }

  private <A> A runTimed(Slot slot, Job<A> job, CallTimes times) {
    boolean whole = job.bind(slot);
    times.end(Phase.BIND);
    slot.engine().run();
    times.end(Phase.RUN);
    A answer = job.read(outputs, slot.engine(), whole);
    times.end(Phase.READ);
    return answer;
  }

  /** Each reading of the clock would take as long as binding or reading does. */
  private <A> A runSmall(Slot slot, Job<A> job, CallTimes times) {
    boolean whole = job.bind(slot);
    times.begin(Phase.RUN); // the phase that a failure belongs to
    slot.engine().run();
    times.begin(Phase.READ);
    A answer = job.read(outputs, slot.engine(), whole);
    times.end(Phase.RUN);
    return answer;
  }

  private static void end(@Nullable CallTimes times, Phase phase) {
    if (times != null) {
      times.end(phase);
    }
  }
}
