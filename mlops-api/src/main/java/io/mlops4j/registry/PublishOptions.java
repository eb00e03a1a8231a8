package io.mlops4j.registry;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Settings for publishing a version. Immutable and thread safe, so one instance can serve many
 * publishes.
 */
public final class PublishOptions {
  private static final PublishOptions DEFAULTS = builder().build();

  private final @Nullable ProgressListener listener;
  private final @Nullable Change change;
  private final @Nullable Origin origin;

  private PublishOptions(Builder builder) {
    this.listener = builder.listener;
    this.change = builder.change;
    this.origin = builder.origin;
  }

  /**
   * Returns the options that a publish without options uses: no publisher is named, and no progress
   * is reported.
   *
   * @return the defaults
   */
  public static PublishOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Returns a builder with the default settings.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns a builder with the settings of this instance.
   *
   * @return a new builder
   */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.listener = listener;
    builder.change = change;
    builder.origin = origin;
    return builder;
  }

  /**
   * Returns the listener that is notified of progress.
   *
   * @return empty if there is none
   */
  public Optional<ProgressListener> listener() {
    return Optional.ofNullable(listener);
  }

  /**
   * Returns who publishes, and why.
   *
   * @return empty if no publisher was named
   */
  public Optional<Change> change() {
    return Optional.ofNullable(change);
  }

  /**
   * Returns where the version was imported from.
   *
   * @return empty for a version that was not imported, or whose importer records the origin itself
   */
  public Optional<Origin> origin() {
    return Optional.ofNullable(origin);
  }

  /** Collects the settings. Every method changes this builder. Not thread safe. */
  public static final class Builder {
    private @Nullable ProgressListener listener;
    private @Nullable Change change;
    private @Nullable Origin origin;

    private Builder() {}

    /**
     * Reports to a listener how many files and bytes are written. An exception of the listener ends
     * the publish.
     *
     * @param listener the listener, called on the publishing thread; it replaces one given before
     * @return this builder
     */
    public Builder listener(ProgressListener listener) {
      this.listener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Records with the version who publishes it, and why. The process is always recorded. A version
     * that already exists keeps its first publisher.
     *
     * @param change who publishes, and why
     * @return this builder
     */
    public Builder by(Change change) {
      this.change = Objects.requireNonNull(change, "change");
      return this;
    }

    /**
     * Records where the version was imported from. {@code ModelArchive} and {@code MlflowModel}
     * record it themselves.
     *
     * @param origin the origin of the version
     * @return this builder
     */
    public Builder from(Origin origin) {
      this.origin = Objects.requireNonNull(origin, "origin");
      return this;
    }

    /**
     * Builds the options. The builder can be used further.
     *
     * @return an immutable value
     */
    public PublishOptions build() {
      return new PublishOptions(this);
    }
  }
}
