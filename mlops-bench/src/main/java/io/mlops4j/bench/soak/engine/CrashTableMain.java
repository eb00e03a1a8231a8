package io.mlops4j.bench.soak.engine;

import io.mlops4j.bench.soak.part.Child;
import java.util.List;

/** Tries rows of the crash table, one after the other, and tells how each ended. */
final class CrashTableMain {
  private CrashTableMain() {}

  /** The rounds of a row, and the names of the rows. */
  public static void main(String[] args) throws Exception {
    int rounds = Integer.parseInt(args[0]);
    for (String name : List.of(args).subList(1, args.length)) {
      try (CrashSetup setup = new CrashSetup(rounds)) {
        CrashRows.row(name).run(setup);
      } catch (Throwable e) {
        Child.tell("wrong " + e);
        e.printStackTrace();
        continue;
      }
      Child.tell("ok");
    }
    System.exit(0); // loads that were given up may go on
  }
}
