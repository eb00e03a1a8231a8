package io.mlops4j.flink;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The class loaders of the jobs that ran. Flink's own loader has this class, for all jobs. */
public final class JobLoaders {
  private static final List<WeakReference<ClassLoader>> ALL = new CopyOnWriteArrayList<>();

  private JobLoaders() {}

  /** Remembers a loader, weakly. */
  public static void add(ClassLoader loader) {
    if (ALL.stream().noneMatch(each -> each.refersTo(loader))) {
      ALL.add(new WeakReference<>(loader));
    }
  }

  static int count() {
    return ALL.size();
  }

  static long left() {
    return ALL.stream().filter(each -> !each.refersTo(null)).count();
  }
}
