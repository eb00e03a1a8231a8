package io.mlops4j.runtime.registry;

import io.mlops4j.error.RegistryException;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.registry.jdbc.Connections;
import io.mlops4j.runtime.registry.jdbc.DriverConnections;
import io.mlops4j.runtime.registry.jdbc.JdbcStorage;
import io.mlops4j.runtime.registry.jdbc.TablePrefix;
import io.mlops4j.runtime.registry.store.StoredRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Opens a registry in a database. Any number of threads, processes and machines can share it.
 * Tables contain versions, cards and records. They also contain the models' bytes, unless a folder
 * does. Tested with PostgreSQL 14 and later, and with H2 2.4 within one process. The registry only
 * uses JDBC. The application adds the driver of its database.
 *
 * <p>Opening a registry creates its tables and upgrades tables of older versions. Tables of a newer
 * layout are refused. Opening an existing registry needs the right to read, and changes need the
 * right to write rows.
 *
 * <p>When a publish or an assignment returns, its changes have been committed. If the process is
 * killed or the connection is lost, the change has happened completely or not at all. The caller
 * owns the source of connections. Each transaction takes one connection and gives it back committed
 * or rolled back, in the mode that it had. A call uses one connection at a time, and so does the
 * thread that serves watches and leases. The isolation level must be read committed or stricter. If
 * a thread is interrupted while it waits for the database, its connection is aborted, and the call
 * throws a {@link RegistryException}.
 *
 * <p>Records, manifests and cards are the same bytes as in a {@link FileModelRegistry}. Digests,
 * {@link ModelRegistry#head} and {@link ModelRegistry#verify(io.mlops4j.registry.RegistryHead)}
 * therefore agree; see {@link RegistryCopy}. Edited or damaged rows are found by their digests
 * before they are used. Rewritten histories are found if records are signed ({@link
 * RegistryOptions.Builder#signing}). The rights in the database decide who may write. The actor in
 * a {@link Change} is the name that the application passes.
 */
public final class JdbcModelRegistry {
  private JdbcModelRegistry() {}

  /**
   * Opens a registry in the default schema of the connections. Its table names begin with {@code
   * mlops4j_}. Creates missing tables.
   *
   * @param source the source of connections; the caller closes it after the registry
   * @return the registry; the caller closes it
   * @throws RegistryException if the database cannot be reached, or the tables cannot be created or
   *     were written in a newer layout
   */
  public static ModelRegistry open(DataSource source) {
    return builder(source).open();
  }

  /**
   * Opens a registry with options.
   *
   * @param source the source of connections; the caller closes it after the registry
   * @return a builder with the defaults of {@link #open}
   */
  public static Builder builder(DataSource source) {
    return new Builder(Connections.of(Objects.requireNonNull(source, "source")));
  }

  /**
   * Opens a registry at an address with options. {@link java.sql.DriverManager} finds the driver on
   * the class path. The registry keeps one connection open, which is enough for a tool and for rare
   * calls. For calls from many threads, pass a connection pool as a {@link DataSource}.
   *
   * @param address for example {@code jdbc:postgresql://host/database}
   * @param properties the driver's properties, for example {@code user} and {@code password};
   *     copied
   * @return a builder with the defaults of {@link #open}
   * @throws RegistryException if no driver on the class path knows the address; the message names
   *     the driver to add
   */
  public static Builder builder(String address, Properties properties) {
    return new Builder(
        DriverConnections.to(
            Objects.requireNonNull(address, "address"),
            Objects.requireNonNull(properties, "properties")));
  }

  /** The place and the options of a registry in a database. Not thread safe. */
  public static final class Builder {
    private final Connections connections;
    private String schema = "";
    private String prefix = "mlops4j_";
    private @Nullable Path folder;
    private RegistryOptions options = RegistryOptions.defaults();
    private boolean existing;
    private Duration statementTimeout = Duration.ofMinutes(2);

    private Builder(Connections connections) {
      this.connections = connections;
    }

    /**
     * Puts the tables into a schema, which is created if it is missing.
     *
     * @param schema at most 30 of a-z, 0-9 and _, a letter first
     * @return this
     */
    public Builder schema(String schema) {
      this.schema = Objects.requireNonNull(schema, "schema");
      return this;
    }

    /**
     * Sets the beginning of the table names; {@code mlops4j_} unless set. Registries with different
     * prefixes are independent.
     *
     * @param prefix at most 30 of a-z, 0-9 and _, a letter first; may be empty
     * @return this
     */
    public Builder prefix(String prefix) {
      this.prefix = Objects.requireNonNull(prefix, "prefix");
      return this;
    }

    /**
     * Stores the models' bytes in a folder, by their digests, and only the rest in the database.
     * This choice cannot be changed after the registry was created. All processes must reach the
     * same folder.
     *
     * @param folder a folder, created if it is missing
     * @return this
     */
    public Builder blobsIn(Path folder) {
      this.folder = Objects.requireNonNull(folder, "folder");
      return this;
    }

    /**
     * Sets the retention, the signer, the trusted signers and the clock.
     *
     * @param options the same options as for a registry in a folder
     * @return this
     */
    public Builder options(RegistryOptions options) {
      this.options = Objects.requireNonNull(options, "options");
      return this;
    }

    /**
     * Limits the time of one statement, including its wait for a lock; two minutes unless set. A
     * statement that takes longer is cancelled, and its transaction is rolled back. If the database
     * does not answer for five seconds more, for example because its process was stopped, the
     * connection is closed. Not all drivers support that.
     *
     * <p>This does not limit the time to get a connection. Set the limits of the driver or the pool
     * as well. For PostgreSQL these are {@code connectTimeout}, {@code loginTimeout} and {@code
     * socketTimeout}, in seconds.
     *
     * @param limit one second to one day, rounded up to whole seconds
     * @return this
     * @throws IllegalArgumentException if it is shorter than a second, or longer than a day
     */
    public Builder statementTimeout(Duration limit) {
      if (limit.compareTo(Duration.ofSeconds(1)) < 0 || limit.compareTo(Duration.ofDays(1)) > 0) {
        throw new IllegalArgumentException(
            "limit: found " + limit + ", expected one second to one day");
      }
      this.statementTimeout = limit;
      return this;
    }

    /**
     * Opens existing registries only. If there is none, {@link #open} fails, so a mistyped address
     * or schema does not create an empty registry or an H2 file.
     *
     * @return this
     */
    public Builder existing() {
      this.existing = true;
      return this;
    }

    /**
     * Opens the registry. Creates missing tables.
     *
     * @return the registry; the caller closes it
     * @throws IllegalArgumentException if schema or prefix have another form
     * @throws RegistryException if the database cannot be reached, if the tables cannot be created,
     *     were written in a newer layout or belong to another folder, or if there are none and
     *     {@link #existing} is set
     */
    public ModelRegistry open() {
      TablePrefix tables = new TablePrefix(schema, prefix);
      return new StoredRegistry(
          JdbcStorage.open(connections.another(), tables, statementTimeout, folder, existing),
          options);
    }

    /**
     * Opens the registry at its first use, so that a service can start while the database is away;
     * see {@code Deployment.Builder.lastGoodIn}. Until it could be opened, every call tries again,
     * and throws the exceptions of {@link #open} if that fails.
     *
     * @return the registry; the caller closes it
     * @throws IllegalArgumentException if schema or prefix have another form
     */
    public ModelRegistry openLater() {
      TablePrefix tables = new TablePrefix(schema, prefix);
      Duration limit = statementTimeout;
      Path blobs = folder;
      boolean known = existing;
      return new StoredRegistry(
          LaterStorage.of( // an attempt that fails closes its connections
              () -> JdbcStorage.open(connections.another(), tables, limit, blobs, known)),
          options);
    }
  }
}
