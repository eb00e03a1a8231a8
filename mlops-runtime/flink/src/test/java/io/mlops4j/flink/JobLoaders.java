package io.mlops4j.flink;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The class loaders of the jobs that ran. Flink's own loader has this class, for all jobs. */
public final class JobLoaders {
  private record Held(int job, WeakReference<ClassLoader> loader) {}

  private static final List<Held> ALL = new CopyOnWriteArrayList<>();

  private static volatile int job;

  private JobLoaders() {}

  static void begin(int next) {
    job = next;
  }

  /** Remembers a loader of the job that runs, weakly. */
  public static void add(ClassLoader loader) {
    if (ALL.stream().noneMatch(each -> each.loader().refersTo(loader))) {
      ALL.add(new Held(job, new WeakReference<>(loader)));
    }
  }

  static int count() {
    return ALL.size();
  }

  /** Returns the jobs of the loaders that are left, in the order in which these were remembered. */
  static List<Integer> left() {
    return ALL.stream().filter(each -> !each.loader().refersTo(null)).map(Held::job).toList();
  }
}
