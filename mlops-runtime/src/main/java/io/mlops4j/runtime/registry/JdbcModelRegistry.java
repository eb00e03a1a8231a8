package io.mlops4j.runtime.registry;

import io.mlops4j.error.RegistryException;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.registry.jdbc.Connections;
import io.mlops4j.runtime.registry.jdbc.Contents;
import io.mlops4j.runtime.registry.jdbc.Database;
import io.mlops4j.runtime.registry.jdbc.DatabaseContents;
import io.mlops4j.runtime.registry.jdbc.DriverConnections;
import io.mlops4j.runtime.registry.jdbc.FolderContents;
import io.mlops4j.runtime.registry.jdbc.JdbcLayout;
import io.mlops4j.runtime.registry.jdbc.JdbcPublisher;
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
 * Opens a registry in a database, which any number of threads, processes and machines share:
 * versions, cards and records in tables, the models' bytes there, too, or in a folder. Tried with
 * PostgreSQL 14 and later, and with H2 2.4 within one process; it needs no more than JDBC, so the
 * application adds the driver of its database.
 *
 * <p>It makes its tables, and moves those of older versions on; those of a newer layout it refuses.
 * To open one that is there takes the right to read; what is written, the right to write rows.
 *
 * <p>A publish or an assignment that returned has been committed. One that did not, because the
 * process was killed or the connection was lost, has happened completely or not at all. The source
 * of connections is lent: each transaction takes one and gives it back as it was, committed or
 * rolled back, whatever its own mode. A call takes one at a time, so does the thread that looks at
 * what is watched and leased. Any isolation from read committed on will do.
 *
 * <p>Records, manifests and cards are the same bytes as in a {@link FileModelRegistry}, so digests,
 * {@link ModelRegistry#head} and {@link ModelRegistry#verify(io.mlops4j.registry.RegistryHead)}
 * agree; see {@link RegistryCopy}. Rows that were edited or damaged are found by their digests
 * before anything uses them, histories that were rewritten as a whole where records are signed
 * ({@link RegistryOptions.Builder#signing}). Only the database decides who may write: the actor in
 * a {@link Change} is what the application says.
 */
public final class JdbcModelRegistry {
  private JdbcModelRegistry() {}

  /**
   * Opens a registry in the schema that connections are in, in tables whose names begin with {@code
   * mlops4j_}; makes them when they are not there.
   *
   * @param source gives connections; stays its maker's, who closes it after the registry
   * @return the registry; the caller closes it
   * @throws RegistryException if the database cannot be reached, the tables cannot be made, or they
   *     were written in a newer layout
   */
  public static ModelRegistry open(DataSource source) {
    return builder(source).open();
  }

  /**
   * Opens a registry with options.
   *
   * @param source gives connections; stays its maker's, who closes it after the registry
   * @return the options, at first those of {@link #open}
   */
  public static Builder builder(DataSource source) {
    return new Builder(Connections.of(Objects.requireNonNull(source, "source")));
  }

  /**
   * Opens a registry at an address, with options, through a driver on the class path that {@link
   * java.sql.DriverManager} finds. It keeps one connection, until it is closed, for the next
   * transaction: enough for a tool, and for a process that asks seldom. Whoever asks from many
   * threads gives a pool as a {@link DataSource}.
   *
   * @param address as {@code jdbc:postgresql://host/database}
   * @param properties what the driver takes, as {@code user} and {@code password}; copied
   * @return the options, at first those of {@link #open}
   * @throws RegistryException if no driver on the class path knows the address, with what to add
   */
  public static Builder builder(String address, Properties properties) {
    return new Builder(
        DriverConnections.to(
            Objects.requireNonNull(address, "address"),
            Objects.requireNonNull(properties, "properties")));
  }

  /** Where in a database a registry is, and how it is opened. For one thread. */
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
     * Has the tables in a schema, which is made when it is not there.
     *
     * @param schema at most 30 of a-z, 0-9 and _, a letter first
     * @return this
     */
    public Builder schema(String schema) {
      this.schema = Objects.requireNonNull(schema, "schema");
      return this;
    }

    /**
     * Lets the names of the tables begin with something else than {@code mlops4j_}: registries with
     * different prefixes do not see each other.
     *
     * @param prefix at most 30 of a-z, 0-9 and _, a letter first; may be empty
     * @return this
     */
    public Builder prefix(String prefix) {
      this.prefix = Objects.requireNonNull(prefix, "prefix");
      return this;
    }

    /**
     * Keeps the models' bytes in a folder, by their digests, and only the rest in the database:
     * whether it does is settled when the registry is made. All processes must reach the same
     * folder.
     *
     * @param folder a folder, made when it is not there
     * @return this
     */
    public Builder blobsIn(Path folder) {
      this.folder = Objects.requireNonNull(folder, "folder");
      return this;
    }

    /**
     * Says what may be deleted, who signs and is believed, and where times come from.
     *
     * @param options as for a registry in a folder
     * @return this
     */
    public Builder options(RegistryOptions options) {
      this.options = Objects.requireNonNull(options, "options");
      return this;
    }

    /**
     * Limits how long one statement may take, including its wait for a lock; two minutes unless
     * set. A statement that takes longer is cancelled, and its transaction is rolled back. Where
     * the driver supports it, the connection is also given up when the database does not answer at
     * all for five seconds longer, as when its process was stopped.
     *
     * <p>This does not limit how long it takes to get a connection. Set the driver's or the pool's
     * own limits as well: for PostgreSQL {@code connectTimeout}, {@code loginTimeout} and {@code
     * socketTimeout}, in seconds.
     *
     * @param limit at least one second, which is the unit of JDBC; rounded up to whole seconds
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
     * Makes nothing: where there is no registry, opening it fails, so that a mistyped address or
     * schema does not become an empty one. Of H2's addresses no file is made, either.
     *
     * @return this
     */
    public Builder existing() {
      this.existing = true;
      return this;
    }

    /**
     * Opens the registry, and makes its tables when they are not there.
     *
     * @return the registry; the caller closes it
     * @throws IllegalArgumentException if schema or prefix are of another form
     * @throws RegistryException if the database cannot be reached, the tables cannot be made, were
     *     written in a newer layout, or belong to another folder; or if there are none, and only
     *     what is {@link #existing} was asked for
     */
    public ModelRegistry open() {
      TablePrefix naming = new TablePrefix(schema, prefix);
      Database database =
          new Database(existing ? connections.existing() : connections, naming, statementTimeout);
      try {
        JdbcLayout layout = new JdbcLayout(database);
        if (existing) {
          layout.requireMade();
        }
        JdbcLayout.Described found = layout.open(folder == null ? "database" : "folder");
        Contents contents = contents(database, found);
        return new StoredRegistry(
            new JdbcStorage(database, contents),
            options,
            versions -> {
              JdbcPublisher publisher =
                  new JdbcPublisher(database, contents, options.clock(), versions);
              return publisher::publish;
            });
      } catch (RuntimeException | Error e) {
        database.close();
        throw e;
      }
    }

    private Contents contents(Database database, JdbcLayout.Described found) {
      if (found.contents().equals("folder") != (folder != null)) {
        throw new RegistryException(
            database
                + ", table "
                + database.naming().table("layout")
                + ": found a registry whose contents lie in a "
                + found.contents()
                + ", expected "
                + (folder == null
                    ? "them in the database; add blobsIn(folder)"
                    : "a folder; leave blobsIn out"),
            null);
      }
      if (folder == null) {
        return new DatabaseContents(database);
      }
      FolderContents contents = new FolderContents(folder);
      contents.belongTo(found.registry());
      return contents;
    }
  }
}
