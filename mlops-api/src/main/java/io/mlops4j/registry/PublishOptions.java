package io.mlops4j.registry;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a version is published. Immutable: every method returns a changed copy; share an instance
 * freely.
 */
public final class PublishOptions {
  private static final PublishOptions DEFAULTS = new PublishOptions(null, null, null);

  private final @Nullable ProgressListener listener;
  private final @Nullable Change change;
  private final @Nullable Origin origin;

  private PublishOptions(
      @Nullable ProgressListener listener, @Nullable Change change, @Nullable Origin origin) {
    this.listener = listener;
    this.change = change;
    this.origin = origin;
  }

  /**
   * Names nobody as the publisher, and reports no progress.
   *
   * @return the options that a publish without options uses
   */
  public static PublishOptions withDefaults() {
    return DEFAULTS;
  }

  /**
   * Reports how many files and bytes are written to a listener, which may also end the publish.
   *
   * @param listener called on the publishing thread; replaces one given before
   * @return a changed copy
   */
  public PublishOptions listener(ProgressListener listener) {
    return new PublishOptions(Objects.requireNonNull(listener, "listener"), change, origin);
  }

  /**
   * Records who publishes, and why, with the version. The process is always recorded. A version
   * that is there already keeps its first publisher.
   *
   * @param change who, and why
   * @return a changed copy
   */
  public PublishOptions by(Change change) {
    return new PublishOptions(listener, Objects.requireNonNull(change, "change"), origin);
  }

  /**
   * Records where the version was imported from. {@code ModelArchive} and {@code MlflowModel} do so
   * by themselves.
   *
   * @param origin where it comes from
   * @return a changed copy
   */
  public PublishOptions from(Origin origin) {
    return new PublishOptions(listener, change, Objects.requireNonNull(origin, "origin"));
  }

  /**
   * The listener to progress.
   *
   * @return empty when there is none
   */
  public Optional<ProgressListener> listener() {
    return Optional.ofNullable(listener);
  }

  /**
   * Who publishes, and why.
   *
   * @return empty when nobody was named
   */
  public Optional<Change> change() {
    return Optional.ofNullable(change);
  }

  /**
   * Where the version was imported from.
   *
   * @return empty for a version that was not imported, or whose import says so by itself
   */
  public Optional<Origin> origin() {
    return Optional.ofNullable(origin);
  }
}
