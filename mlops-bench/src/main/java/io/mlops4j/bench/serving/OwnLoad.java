package io.mlops4j.bench.serving;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The load of both sides of a comparison, as what one of them calls carries it. The callers are
 * opened once for the load and for that side: with several in a process, the garbage collector
 * would stop each of them for the memory of all. One thread.
 */
final class OwnLoad {
  private final Callable<Callers> opening;
  private final Finder finder;
  private final Set<Handle> asked = new HashSet<>();
  private @Nullable Callers callers;
  private @Nullable Load load;
  private double nanosBetween;
  private int users;

  /** Opens a load that finds what callers carry, and closes them. */
  interface Finder {
    Load open(Callers callers) throws Exception;
  }

  /** A load that is not opened yet. */
  OwnLoad(Callable<Callers> opening, Finder finder) {
    this.opening = opening;
    this.finder = finder;
  }

  /** The load of a side; closed by the side. */
  Load load() throws Exception {
    if (load == null) {
      load = finder.open(callers());
    }
    users++;
    return new Handle();
  }

  /** The callers of the load, for the side that calls them; closed by the side. */
  Callers callers() throws Exception {
    if (callers == null) {
      callers = opening.call();
    }
    Callers its = callers;
    users++;
    return new Callers() {
      @Override
      public Caller caller(int number) throws Exception {
        return its.caller(number);
      }

      @Override
      public void settle() {
        its.settle();
      }

      @Override
      public void close() throws IOException {
        giveBack();
      }
    };
  }

  private void giveBack() throws IOException {
    users--;
    Load last = load;
    if (users == 1 && last != null) { // the load's own callers
      load = null;
      last.close();
    } else if (users == 0 && callers != null) {
      callers.close();
      callers = null;
      asked.clear();
    }
  }

  /** Both sides of a pair get the same load: it is looked for when the first of them asks again. */
  private final class Handle implements Load {
    @Override
    public double nanosBetween() throws Exception {
      if (load != null && (asked.contains(this) || asked.isEmpty())) {
        nanosBetween = load.nanosBetween();
        asked.clear();
      }
      asked.add(this);
      return nanosBetween;
    }

    @Override
    public void warmedUp() {
      asked.clear(); // so that the first pair has one load, too
    }

    @Override
    public void close() throws IOException {
      giveBack();
    }
  }
}
