package io.mlops4j.bench.docs;

import io.mlops4j.feature.FeatureReader;

/**
 * What the pages take for granted: names that an application has before a block begins. A block is
 * compiled, never run, so nothing is in them.
 */
@SuppressWarnings("NullAway.Init")
public abstract class Prelude {
  protected FeatureReader januaryFlights;
  protected FeatureReader mayFlights;
}
