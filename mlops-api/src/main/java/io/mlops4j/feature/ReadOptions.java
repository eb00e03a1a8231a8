package io.mlops4j.feature;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelSignature;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Settings for reading rows. Immutable and thread safe.
 *
 * <pre>{@code
 * ReadOptions.builder()
 *     .features(model.features(), model.signature())
 *     .filter("distance > 500")
 *     .build();
 * }</pre>
 */
public final class ReadOptions {
  private static final int BATCH_ROWS = 1 << 14;
  private static final ReadOptions DEFAULTS = builder().build();

  private final List<String> columns;
  private final @Nullable String filter;
  private final int batchRows;
  private final Map<String, ElementType> types;
  private final @Nullable String delimiter;
  private final @Nullable Boolean header;
  private final @Nullable Charset encoding;
  private final List<String> nullTexts;
  private final int threads;
  private final long memoryBytes;
  private final @Nullable Path spill;
  private final @Nullable FeatureSchema features;
  private final @Nullable ModelSignature signature;
  private final @Nullable Consumer<ReadProgress> listener;

  private ReadOptions(Builder builder) {
    columns = List.copyOf(builder.columns);
    filter = builder.filter;
    batchRows = builder.batchRows;
    types = Map.copyOf(builder.types);
    delimiter = builder.delimiter;
    header = builder.header;
    encoding = builder.encoding;
    nullTexts = builder.nullTexts;
    threads = builder.threads;
    memoryBytes = builder.memoryBytes;
    spill = builder.spill;
    features = builder.features;
    signature = builder.signature;
    listener = builder.listener;
  }

  /**
   * Returns the options that a read without options uses: all columns and rows, in batches of
   * 16,384 rows, and Arrow files in the batches that they have.
   *
   * @return the defaults
   */
  public static ReadOptions defaults() {
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
   * Returns the columns to read.
   *
   * @return their names in the order of the batches; empty for all columns
   */
  public List<String> columns() {
    return columns;
  }

  /**
   * Returns the features that the columns are checked against before the first row.
   *
   * @return the features; empty if only names are checked
   */
  public Optional<FeatureSchema> features() {
    return Optional.ofNullable(features);
  }

  /**
   * Returns the signature of the model that takes the features.
   *
   * @return the signature; empty if the types of the features alone are checked
   */
  public Optional<ModelSignature> signature() {
    return Optional.ofNullable(signature);
  }

  /**
   * Returns the listener for progress.
   *
   * @return the listener; empty if there is none
   */
  public Optional<Consumer<ReadProgress>> progressListener() {
    return Optional.ofNullable(listener);
  }

  /**
   * Returns which rows to read.
   *
   * @return a condition in SQL; empty for all rows
   */
  public Optional<String> filter() {
    return Optional.ofNullable(filter);
  }

  /**
   * Returns the number of rows of each batch except the last one.
   *
   * @return at least 1; 16,384 if none was chosen
   */
  public int batchRows() {
    return chosenBatchRows().orElse(BATCH_ROWS);
  }

  /**
   * Returns the number of rows of each batch except the last one, if it was chosen.
   *
   * @return at least 1; empty if the reader decides. Arrow files are then read in the batches that
   *     they have, without a copy
   */
  public OptionalInt chosenBatchRows() {
    return batchRows == 0 ? OptionalInt.empty() : OptionalInt.of(batchRows);
  }

  /**
   * Returns the types that are set and not recognised.
   *
   * @return the type of each such column
   */
  public Map<String, ElementType> types() {
    return types;
  }

  /**
   * Returns what separates the values of a CSV file.
   *
   * @return the separator; empty if it is recognised
   */
  public Optional<String> delimiter() {
    return Optional.ofNullable(delimiter);
  }

  /**
   * Returns whether a CSV file begins with the names of its columns.
   *
   * @return whether it does; empty if that is recognised
   */
  public Optional<Boolean> header() {
    return Optional.ofNullable(header);
  }

  /**
   * Returns the encoding of a CSV file.
   *
   * @return the encoding; empty for UTF-8
   */
  public Optional<Charset> encoding() {
    return Optional.ofNullable(encoding);
  }

  /**
   * Returns the texts that mean null in a CSV file.
   *
   * @return the texts; empty for the empty text only
   */
  public List<String> nullTexts() {
    return nullTexts;
  }

  /**
   * Returns how many threads read.
   *
   * @return 1 or more; empty for one for each processor
   */
  public OptionalInt threads() {
    return threads == 0 ? OptionalInt.empty() : OptionalInt.of(threads);
  }

  /**
   * Returns how much memory DuckDB uses at most. Batches are not included.
   *
   * @return bytes; empty for 80% of the machine's memory
   */
  public OptionalLong memoryBytes() {
    return memoryBytes == 0 ? OptionalLong.empty() : OptionalLong.of(memoryBytes);
  }

  /**
   * Returns the folder for intermediate results that do not fit into memory.
   *
   * @return the folder; empty if none is used and such a query fails
   */
  public Optional<Path> spill() {
    return Optional.ofNullable(spill);
  }

  /** Builds options. For one thread. */
  public static final class Builder {
    private final Set<String> columns = new LinkedHashSet<>();
    private @Nullable String filter;
    private int batchRows;
    private final Map<String, ElementType> types = new LinkedHashMap<>();
    private @Nullable String delimiter;
    private @Nullable Boolean header;
    private @Nullable Charset encoding;
    private List<String> nullTexts = List.of();
    private int threads;
    private long memoryBytes;
    private @Nullable Path spill;
    private @Nullable FeatureSchema features;
    private @Nullable ModelSignature signature;
    private @Nullable Consumer<ReadProgress> listener;

    private Builder() {}

    /**
     * Adds columns to read. Other columns are not read from a Parquet file at all.
     *
     * @param names names of columns, each once in the result
     * @return this builder
     */
    public Builder columns(String... names) {
      columns.addAll(List.of(Objects.requireNonNull(names, "names")));
      return this;
    }

    /**
     * Adds the columns that a model needs: its keys, then its features. A file without one of them,
     * or with one of a type that does not widen exactly to the type of the feature, is rejected
     * before the first row is read. The types of features without a type are not checked. Values of
     * CSV and JSON files are parsed as the type of the feature.
     *
     * @param schema the features, such as those of a card
     * @return this builder
     */
    public Builder features(FeatureSchema schema) {
      features = Objects.requireNonNull(schema, "schema");
      signature = null;
      columns.addAll(schema.keys());
      schema.features().stream().map(Feature::column).forEach(columns::add);
      return this;
    }

    /**
     * Adds the columns that a model needs, as {@link #features(FeatureSchema)} does, and checks
     * them by the rules of a call of the model: a type that neither widens exactly to that of the
     * input, nor is one that {@link Feature#narrowing} allows, is rejected before the first row is
     * read.
     *
     * @param schema the features, such as {@code model.features()}
     * @param model the signature, such as {@code model.signature()}
     * @return this builder
     */
    public Builder features(FeatureSchema schema, ModelSignature model) {
      Objects.requireNonNull(model, "model");
      features(schema);
      signature = model;
      return this;
    }

    /**
     * Sets a listener for progress. It is called on the thread that reads, after each batch, and a
     * failure of it ends the reading.
     *
     * @param progress the listener
     * @return this builder
     */
    public Builder onProgress(Consumer<ReadProgress> progress) {
      listener = Objects.requireNonNull(progress, "progress");
      return this;
    }

    /**
     * Reads only rows for which a condition is true. DuckDB skips the row groups of a Parquet file
     * that cannot have such rows.
     *
     * @param condition SQL, such as {@code distance > 500}; never text from outside
     * @return this builder
     */
    public Builder filter(String condition) {
      filter = Objects.requireNonNull(condition, "condition");
      return this;
    }

    /**
     * Sets the number of rows of each batch except the last one. The batches of Arrow files are cut
     * without a copy, and joined by copying them. They are not joined where a dictionary changes,
     * so a batch before that may have fewer rows.
     *
     * @param rows at least 1
     * @return this builder
     * @throws IllegalArgumentException if it is below 1
     */
    public Builder batchRows(int rows) {
      batchRows = (int) positive(rows, "rows");
      return this;
    }

    /**
     * Sets the type of a column. In a CSV or JSON file, the values are parsed as that type. In
     * another file, they are converted. A value that does not fit is an error, and so is a fraction
     * in a column of whole numbers.
     *
     * @param column the name of the column
     * @param type a type of up to 64 bits, or {@code STRING}
     * @return this builder
     * @throws IllegalArgumentException for {@code FLOAT16} and {@code BFLOAT16}
     */
    public Builder type(String column, ElementType type) {
      Objects.requireNonNull(column, "column");
      Objects.requireNonNull(type, "type");
      if (type == ElementType.FLOAT16 || type == ElementType.BFLOAT16) {
        throw new IllegalArgumentException(
            column + ": found the type " + type + ", expected FLOAT32; models take it as " + type);
      }
      types.put(column, type);
      return this;
    }

    /**
     * Sets what separates the values of a CSV file.
     *
     * @param separator 1 to 4 characters
     * @return this builder
     * @throws IllegalArgumentException if it has another length
     */
    public Builder delimiter(String separator) {
      Objects.requireNonNull(separator, "separator");
      if (separator.isEmpty() || separator.length() > 4) {
        throw new IllegalArgumentException(
            "separator: found " + separator.length() + " characters, expected 1 to 4");
      }
      delimiter = separator;
      return this;
    }

    /**
     * Sets whether a CSV file begins with the names of its columns.
     *
     * @param present whether it does
     * @return this builder
     */
    public Builder header(boolean present) {
      header = present;
      return this;
    }

    /**
     * Sets the encoding of a CSV file.
     *
     * @param charset UTF-8, UTF-16 (little-endian, also UTF-16LE) or ISO-8859-1
     * @return this builder
     * @throws IllegalArgumentException if it is another one
     */
    public Builder encoding(Charset charset) {
      Objects.requireNonNull(charset, "charset");
      if (!List.of("UTF-8", "UTF-16", "UTF-16LE", "ISO-8859-1").contains(charset.name())) {
        throw new IllegalArgumentException(
            "charset: found "
                + charset
                + ", expected UTF-8, UTF-16LE or ISO-8859-1; convert the file first");
      }
      encoding = charset;
      return this;
    }

    /**
     * Sets the texts that mean null in a CSV file.
     *
     * @param texts such as {@code "NA"}
     * @return this builder
     */
    public Builder nullTexts(String... texts) {
      nullTexts = List.of(Objects.requireNonNull(texts, "texts"));
      return this;
    }

    /**
     * Sets how many threads read.
     *
     * @param count at least 1
     * @return this builder
     * @throws IllegalArgumentException if it is below 1
     */
    public Builder threads(int count) {
      threads = (int) positive(count, "count");
      return this;
    }

    /**
     * Limits the memory of DuckDB. Batches are not included.
     *
     * @param bytes at least 1
     * @return this builder
     * @throws IllegalArgumentException if it is below 1
     */
    public Builder memoryBytes(long bytes) {
      memoryBytes = positive(bytes, "bytes");
      return this;
    }

    /**
     * Sets a folder for intermediate results that do not fit into memory.
     *
     * @param folder a folder that can be written
     * @return this builder
     */
    public Builder spill(Path folder) {
      spill = Objects.requireNonNull(folder, "folder");
      return this;
    }

    private static long positive(long value, String name) {
      if (value < 1) {
        throw new IllegalArgumentException(name + ": found " + value + ", expected 1 or more");
      }
      return value;
    }

    /**
     * Builds the options.
     *
     * @return the options
     */
    public ReadOptions build() {
      return new ReadOptions(this);
    }
  }
}
