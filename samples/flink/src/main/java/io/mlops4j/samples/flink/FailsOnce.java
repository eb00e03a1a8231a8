package io.mlops4j.samples.flink;

import io.mlops4j.flink.Scored;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.functions.MapFunction;

/** A part of the job behind the model, which fails at one flight, the first time. */
final class FailsOnce
    implements MapFunction<Scored<Flight, Flight.Delay>, Scored<Flight, Flight.Delay>> {
  private static final long serialVersionUID = 1L;

  /** All subtasks of this sample run in one process. */
  static final AtomicInteger FAILURES = new AtomicInteger();

  private final long number;

  FailsOnce(long number) {
    this.number = number;
  }

  @Override
  public Scored<Flight, Flight.Delay> map(Scored<Flight, Flight.Delay> scored) {
    if (scored.row().number() == number && FAILURES.compareAndSet(0, 1)) {
      throw new IllegalStateException("planted: a task fails at flight " + number);
    }
    return scored;
  }
}
