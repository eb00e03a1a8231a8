package io.mlops4j.monitor.gate;

import io.mlops4j.error.OverloadedException;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.monitor.internal.Conditions;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts calls, failures and times of each version, minute by minute, so that a {@link CallGate}
 * can compare a candidate with its baseline on the same minutes. A listener of models and
 * deployments; needs no rows.
 *
 * <p>Calls that are rejected because of the load are not counted, because no version has seen them.
 *
 * <p>Counts the newest 1440 minutes with calls. The first call of a version, or of a step of its
 * rollout, begins another part of its minute, at most eight a minute. A version takes about 400
 * bytes a part for each size of its batches; at most 20 000 of these are kept, and the oldest parts
 * are dropped first. A call of a version and size that the part has takes no lock and allocates
 * nothing. Thread safe. There is nothing to close.
 */
public final class CallWatch implements InferenceListener {
  private static final long MILLIS = 60_000;
  private static final int MOST_MINUTES = 1_440;
  private static final int MOST_CELLS = 20_000;

  /**
   * The counts of a minute, or of a part of it.
   *
   * @param begin the time of the first call, in milliseconds since 1970
   */
  record Counted(long minute, long begin, List<CallCounts> cells) {
    static Counted of(CallMinute minute) {
      return new Counted(minute.number(), minute.begin(), minute.counts());
    }
  }

  private final Clock clock;
  private final Deque<Counted> ended = new ArrayDeque<>();
  private final LongAdder uncounted = new LongAdder();
  private int endedMinutes;
  private int endedCells;

  /** Threads that were slow may still count in it. */
  private CallMinute previous = new CallMinute(Long.MIN_VALUE, Long.MIN_VALUE);

  private volatile CallMinute current = previous;

  private CallWatch(Clock clock) {
    this.clock = Objects.requireNonNull(clock, "clock");
  }

  /**
   * Returns a watch with the system's clock.
   *
   * @return a watch that has counted nothing
   */
  public static CallWatch create() {
    return create(Clock.systemUTC());
  }

  /**
   * Returns a watch.
   *
   * @param clock tells the minutes; a replay may advance it. Calls count in the newest minute so
   *     far if it goes back
   * @return a watch that has counted nothing
   */
  public static CallWatch create(Clock clock) {
    return new CallWatch(clock);
  }

  /**
   * Returns a gate without conditions; add some, for example {@link CallGate#maxErrorRate}.
   *
   * @return a gate on the calls that this watch has counted when the gate judges
   */
  public CallGate gate() {
    return new CallGate(this, Conditions.NONE);
  }

  @Override
  public void onInference(InferenceEvent event) {
    if (event.route() == InferenceEvent.Route.FALLBACK) {
      return; // rows on which another version failed would make the two sides unlike
    }
    if (event.error() instanceof OverloadedException) {
      return; // the load rejected the call before it reached the version
    }
    long millis = clock.millis();
    CallMinute now = current;
    if (Math.floorDiv(millis, MILLIS) > now.number()) {
      now = begin(millis);
    }
    if (!now.addKnown(event) && !partFor(event, millis).add(event)) {
      uncounted.increment();
    }
  }

  /**
   * Returns the number of calls that were left out, because a minute had calls of more than 64
   * versions and sizes of batches.
   *
   * @return 0 or more
   */
  public long uncounted() {
    return uncounted.sum();
  }

  private synchronized CallMinute begin(long millis) {
    long minute = Math.floorDiv(millis, MILLIS);
    if (minute > current.number()) {
      begin(new CallMinute(minute, millis));
    }
    return current;
  }

  private void begin(CallMinute next) {
    keep(previous);
    previous = current;
    current = next;
  }

  /**
   * Returns where a call counts. The first call of a version, or of a step of its rollout, ends the
   * part of the minute that has the calls before it.
   */
  private synchronized CallMinute partFor(InferenceEvent event, long millis) {
    if (current.canBeSplit()
        && !current.knows(event.servedBy())
        && !previous.knows(event.servedBy())) {
      begin(current.rest(millis));
    }
    return current;
  }

  private void keep(CallMinute minute) {
    Counted counted = Counted.of(minute);
    if (!counted.cells().isEmpty()) {
      Counted last = ended.peekLast();
      endedMinutes += last == null || last.minute() != counted.minute() ? 1 : 0;
      ended.addLast(counted);
      endedCells += counted.cells().size();
    }
    while (endedMinutes > MOST_MINUTES || endedCells > MOST_CELLS) {
      Counted removed = ended.removeFirst();
      endedCells -= removed.cells().size();
      Counted first = ended.peekFirst();
      endedMinutes -= first == null || first.minute() != removed.minute() ? 1 : 0;
    }
  }

  /** The minutes, and the parts of minutes, whose first call was not before this time. */
  synchronized List<Counted> since(Instant from) {
    Instant first = from.truncatedTo(ChronoUnit.MILLIS); // as exact as the calls
    List<Counted> all = new ArrayList<>(ended);
    all.add(Counted.of(previous));
    all.add(Counted.of(current));
    all.removeIf(part -> Instant.ofEpochMilli(part.begin()).isBefore(first));
    return all;
  }
}
