package io.mlops4j.feature;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Settings for writing rows. Immutable and thread safe.
 *
 * <pre>{@code
 * WriteOptions.builder().compression(WriteOptions.Compression.ZSTD).build();
 * }</pre>
 */
public final class WriteOptions {
  private static final WriteOptions DEFAULTS = builder().build();

  private final @Nullable Compression compression;

  private WriteOptions(Builder builder) {
    compression = builder.compression;
  }

  /** How buffers of an Arrow file, or pages of a Parquet file, are compressed. */
  public enum Compression {
    /** Not compressed. */
    NONE,
    /** LZ4. In Arrow files it is written by code in Java, and slower than {@link #ZSTD}. */
    LZ4,
    /** Zstandard. */
    ZSTD
  }

  /**
   * Returns the options that a write without options uses.
   *
   * @return the defaults
   */
  public static WriteOptions defaults() {
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
   * Returns the compression.
   *
   * @return the compression; empty for that of the format, which is none for Arrow and Zstandard
   *     for Parquet
   */
  public Optional<Compression> compression() {
    return Optional.ofNullable(compression);
  }

  /** Builds options. For one thread. */
  public static final class Builder {
    private @Nullable Compression compression;

    private Builder() {}

    /**
     * Sets the compression. An Arrow file that is compressed needs {@code
     * org.apache.arrow:arrow-compression} on the class path, to write and to read it.
     *
     * @param compression the compression
     * @return this builder
     */
    public Builder compression(Compression compression) {
      this.compression = Objects.requireNonNull(compression, "compression");
      return this;
    }

    /**
     * Builds the options.
     *
     * @return the options
     */
    public WriteOptions build() {
      return new WriteOptions(this);
    }
  }
}
