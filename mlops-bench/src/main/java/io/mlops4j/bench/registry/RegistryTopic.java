package io.mlops4j.bench.registry;

import io.mlops4j.bench.ratios.Comparison;
import io.mlops4j.bench.ratios.PerValue;
import io.mlops4j.bench.ratios.Topic;
import java.util.List;

/** {@code ratios registry}: the registry in a folder. */
public final class RegistryTopic implements Topic {
  private static final int LARGE = 100;
  private static final int FEW = 100;
  private static final int MANY = 100_000;

  @Override
  public List<Comparison> comparisons() {
    return List.of(
        new Comparison(
            "registry.aa",
            "a copy of 100 MB and its digest, the same side twice: this much is noise",
            "itself",
            Double.NaN,
            () -> Publishing.copyAndDigest(LARGE),
            () -> Publishing.copyAndDigest(LARGE)),
        new Comparison(
            "registry.publish.100mb",
            "a version of 100 MB, published into a new registry",
            "a copy forced to the disk, and one pass of SHA-256",
            1.3,
            () -> Publishing.ours(LARGE),
            () -> Publishing.copyAndDigest(LARGE)),
        new Comparison(
            "registry.resolve",
            "the version that an alias names, among " + FEW,
            "listing a folder of as many empty folders",
            Double.NaN,
            () -> PerValue.of("registry.resolve", 1, Reading.resolve(FEW)),
            () -> new Listing(FEW)),
        new Comparison(
            "registry.page",
            "20 versions with their states from the middle of " + MANY + "; made in many minutes",
            "listing a folder of as many empty folders",
            Double.NaN,
            () -> PerValue.of("registry.page", 1, Reading.page(MANY)),
            () -> new Listing(MANY)),
        new Comparison(
            "registry.lineage",
            "the lineage of " + MANY + " versions; made in many minutes",
            "listing a folder of as many empty folders",
            Double.NaN,
            () -> PerValue.of("registry.lineage", 1, Reading.lineage(MANY)),
            () -> new Listing(MANY)));
  }
}
