package io.mlops4j.bench.soak.hostile;

/** Loads and asks hostile operators one after the other, and tells how each ended. */
final class OperatorsMain {
  private OperatorsMain() {}

  /** The first, the one after the last, and the seed. */
  public static void main(String[] args) throws Exception {
    long seed = Long.parseLong(args[2]);
    new MutantsMain((number, folder) -> HostileOperator.of(seed, number).write(folder))
        .run(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
  }
}
