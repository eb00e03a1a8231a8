package io.mlops4j.bench.soak.hostile;

/** Loads and asks hostile attributes one after the other, and tells how each ended. */
final class AttributesMain {
  private AttributesMain() {}

  /** The first, the one after the last, and the seed. */
  public static void main(String[] args) throws Exception {
    long seed = Long.parseLong(args[2]);
    new MutantsMain((number, folder) -> HostileAttributes.of(seed, number).write(folder))
        .run(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
  }
}
