package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.internal.Figures;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The exceptions of a {@link DriftPolicy} for one feature. Everything not set here is chosen by the
 * type of the feature and its number of values, like for every other feature.
 *
 * <pre>{@code
 * DriftPolicy.withDefaults()
 *     .withFeature("price", FeaturePolicy.withDefaults().with(EffectMeasure.POPULATION_STABILITY).withBound(0.25))
 * }</pre>
 *
 * <p>Immutable and thread safe.
 */
public final class FeaturePolicy {
  private static final FeaturePolicy DEFAULTS = new FeaturePolicy(null, Double.NaN, null, 1);

  private final @Nullable EffectMeasure effect;
  private final double bound;
  private final @Nullable SignificanceTest test;
  private final double factor;

  private FeaturePolicy(
      @Nullable EffectMeasure effect,
      double bound,
      @Nullable SignificanceTest test,
      double factor) {
    this.effect = effect;
    this.bound = bound;
    this.test = test;
    this.factor = factor;
  }

  /** {@return a policy without exceptions} */
  public static FeaturePolicy withDefaults() {
    return DEFAULTS;
  }

  /**
   * Returns the same policy with a measure of effect. Unless {@link #withBound} is called, its
   * bound is {@link EffectMeasure#defaultBound}.
   *
   * @param measure one that suits the feature: categories have no distance of numbers
   * @return a changed copy
   */
  public FeaturePolicy with(EffectMeasure measure) {
    return new FeaturePolicy(Objects.requireNonNull(measure, "measure"), bound, test, factor);
  }

  /**
   * Returns the same policy with a test.
   *
   * @param significance one that suits the feature
   * @return a changed copy
   */
  public FeaturePolicy with(SignificanceTest significance) {
    return new FeaturePolicy(
        effect, bound, Objects.requireNonNull(significance, "significance"), factor);
  }

  /**
   * Returns the same policy with a bound, on the scale of the measure of this policy or, without
   * one, of the measure that is chosen by type.
   *
   * @param size the size from which the effect matters, above 0
   * @return a changed copy
   * @throws IllegalArgumentException if the size is not above 0
   */
  public FeaturePolicy withBound(double size) {
    return new FeaturePolicy(effect, DriftPolicy.positive(size, "size"), test, factor);
  }

  /**
   * Returns the same policy with all bounds of the feature multiplied by a factor: those of its
   * measure, of missing values and of every secondary comparison.
   *
   * @param times above 0; more than 1 for a feature whose healthy periods differ
   * @return a changed copy
   * @throws IllegalArgumentException if the factor is not above 0
   */
  public FeaturePolicy withBoundFactor(double times) {
    return new FeaturePolicy(effect, bound, test, DriftPolicy.positive(times, "times"));
  }

  /** {@return the measure of effect; empty if it is chosen by type and number of values} */
  public Optional<EffectMeasure> effect() {
    return Optional.ofNullable(effect);
  }

  /** {@return the size from which the effect matters; empty for the bound of the measure} */
  public OptionalDouble bound() {
    return Double.isNaN(bound) ? OptionalDouble.empty() : OptionalDouble.of(bound);
  }

  /** {@return the factor by which all bounds are multiplied, 1 by default} */
  public double boundFactor() {
    return factor;
  }

  /** {@return the test; empty if it is chosen by type and number of values} */
  public Optional<SignificanceTest> test() {
    return Optional.ofNullable(test);
  }

  /** {@return the settings that differ, in words} */
  @Override
  public String toString() {
    return "effect %s, bound %s, test %s%s"
        .formatted(
            effect == null ? "by type" : effect.label(),
            Double.isNaN(bound) ? "of the measure" : Double.toString(bound),
            test == null ? "by type" : test.label(),
            factor == 1 ? "" : ", bounds times " + Figures.of(factor));
  }
}
