package io.mlops4j.runtime.serving.answer;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Finds predictions that the garbage collector reached before they were closed, and logs the place
 * that made them. Only one prediction in many is watched, so that calls stay fast. It frees no
 * memory. Thread safe.
 */
public final class LeakDetector {
  /** One prediction in so many is watched; a power of two. */
  public static final int ONE_OF = 1024;

  private static final int FRAMES = 6;
  private static final StackWalker STACK = StackWalker.getInstance();

  private final ReferenceQueue<Object> dropped = new ReferenceQueue<>();
  private final Set<Watch> watched = ConcurrentHashMap.newKeySet();
  private final AtomicLong found = new AtomicLong();
  private volatile @Nullable String last;

  /** A prediction that is watched until it is closed. */
  public final class Watch extends PhantomReference<Object> {
    private final String place;

    private Watch(Object opened) {
      super(opened, dropped);
      this.place = place();
    }

    void closed() {
      watched.remove(this);
      clear();
    }
  }

  /**
   * Watches a prediction, and logs the leaks that were found.
   *
   * @param opened what should be closed
   * @return must be told when it is closed
   */
  public Watch watch(Object opened) {
    logFound();
    Watch watch = new Watch(opened);
    watched.add(watch);
    return watch;
  }

  /** {@return the innermost callers, the nearest first} */
  public static String place() {
    return STACK.walk(
        frames ->
            frames
                .filter(frame -> !frame.getClassName().startsWith(LeakDetector.class.getName()))
                .limit(FRAMES)
                .map(StackWalker.StackFrame::toString)
                .collect(Collectors.joining(" < ")));
  }

  /** Logs the leaks that were found since the last time. */
  private void logFound() {
    for (Reference<?> one = dropped.poll(); one != null; one = dropped.poll()) {
      if (one instanceof Watch watch && watched.remove(watch)) {
        last = watch.place;
        LoggerFactory.getLogger(LeakDetector.class)
            .warn(
                "a prediction was dropped without close(); one of {} is watched; this one was made"
                    + " at {}",
                ONE_OF,
                watch.place);
        found.incrementAndGet();
      }
    }
  }

  /** {@return the number of leaks that were found} */
  public long count() {
    logFound();
    return found.get();
  }

  /** {@return the place that made the last leak; null if there is none} */
  public @Nullable String last() {
    return last;
  }
}
