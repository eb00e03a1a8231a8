package io.mlops4j.registry;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a version is published. Immutable, so that one instance can serve many publishes. */
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
   * Returns the options that a publish without options uses. They name no publisher and report no
   * progress.
   *
   * @return the defaults
   */
  public static PublishOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Starts from the defaults.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Starts from these options.
   *
   * @return a builder with the settings of this instance
   */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.listener = listener;
    builder.change = change;
    builder.origin = origin;
    return builder;
  }

  /**
   * The listener that is notified of progress.
   *
   * @return empty if there is none
   */
  public Optional<ProgressListener> listener() {
    return Optional.ofNullable(listener);
  }

  /**
   * Who publishes, and why.
   *
   * @return empty if nobody was named
   */
  public Optional<Change> change() {
    return Optional.ofNullable(change);
  }

  /**
   * Where the version was imported from.
   *
   * @return empty for a version that was not imported, or whose import records its origin itself
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
     * Reports to a listener how many files and bytes are written. The listener may end the publish
     * by an exception.
     *
     * @param listener called on the publishing thread; replaces one given before
     * @return this builder
     */
    public Builder listener(ProgressListener listener) {
      this.listener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Records who publishes, and why, with the version. The process is always recorded. A version
     * that exists already keeps its first publisher.
     *
     * @param change who, and why
     * @return this builder
     */
    public Builder by(Change change) {
      this.change = Objects.requireNonNull(change, "change");
      return this;
    }

    /**
     * Records where the version was imported from. {@code ModelArchive} and {@code MlflowModel} do
     * so themselves.
     *
     * @param origin where it comes from
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
