package io.mlops4j.registry;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a version is published. Immutable: every method returns a changed copy; share an instance
 * freely.
 */
public final class PublishOptions {
  private static final PublishOptions DEFAULTS = new PublishOptions(null);

  private final @Nullable ProgressListener listener;

  private PublishOptions(@Nullable ProgressListener listener) {
    this.listener = listener;
  }

  /**
   * Nobody is told of progress.
   *
   * @return the options that a publish without options uses
   */
  public static PublishOptions withDefaults() {
    return DEFAULTS;
  }

  /**
   * Tells somebody how many files and bytes are written, who may also end it.
   *
   * @param listener told on the publishing thread; replaces one given before
   * @return a changed copy
   */
  public PublishOptions listener(ProgressListener listener) {
    return new PublishOptions(Objects.requireNonNull(listener, "listener"));
  }

  /**
   * Who is told of progress.
   *
   * @return empty when nobody is
   */
  public Optional<ProgressListener> listener() {
    return Optional.ofNullable(listener);
  }
}
