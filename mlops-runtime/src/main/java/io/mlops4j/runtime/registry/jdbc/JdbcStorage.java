package io.mlops4j.runtime.registry.jdbc;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.PublishOptions;
import io.mlops4j.runtime.internal.card.Links;
import io.mlops4j.runtime.internal.file.ByteSink;
import io.mlops4j.runtime.internal.source.ModelFiles;
import io.mlops4j.runtime.registry.store.LinkBlocks;
import io.mlops4j.runtime.registry.store.Manifest;
import io.mlops4j.runtime.registry.store.Problems;
import io.mlops4j.runtime.registry.store.Records;
import io.mlops4j.runtime.registry.store.Storage;
import io.mlops4j.runtime.registry.store.VersionCopy;
import io.mlops4j.runtime.registry.store.VersionList;
import io.mlops4j.runtime.registry.store.VersionReader;
import io.mlops4j.runtime.registry.store.VersionStore;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A registry in the tables that {@link JdbcLayout} describes. */
public final class JdbcStorage implements Storage {
  private static final String DELETE_LEASE =
      "DELETE FROM $lease WHERE model = ? AND seq = ? AND lease = ?";

  private final Database database;
  private final Contents contents;
  private final JdbcFiles files;

  /**
   * Opens a registry's tables, and creates missing ones. Closes the connections if that fails.
   *
   * @param limit the time limit of a statement
   * @param folder the folder of the contents, null if they are in the database
   * @param existing whether to fail if there is no registry
   */
  public static JdbcStorage open(
      Connections connections,
      TablePrefix prefix,
      Duration limit,
      @Nullable Path folder,
      boolean existing) {
    Database database =
        new Database(existing ? connections.existing() : connections, prefix, limit);
    try {
      JdbcLayout layout = new JdbcLayout(database);
      if (existing) {
        layout.requireMade();
      }
      JdbcLayout.Described found = layout.open(folder == null ? "database" : "folder");
      return new JdbcStorage(database, contents(database, found, folder));
    } catch (RuntimeException | Error e) {
      database.close();
      throw e;
    }
  }

  private static Contents contents(
      Database database, JdbcLayout.Described found, @Nullable Path folder) {
    if (found.contents().equals("folder") != (folder != null)) {
      throw Problems.refused(
          database.place("layout"),
          "a registry whose contents lie in a " + found.contents(),
          folder == null
              ? "them in the database; add blobsIn(folder)"
              : "a folder; leave blobsIn out");
    }
    if (folder == null) {
      return new DatabaseContents(database);
    }
    FolderContents contents = new FolderContents(folder);
    contents.belongTo(found.registry());
    return contents;
  }

  private JdbcStorage(Database database, Contents contents) {
    this.database = database;
    this.contents = contents;
    this.files = new JdbcFiles(database, contents, this);
  }

  @Override
  public URI location() {
    String address = database.toString();
    int colon = address.indexOf(':');
    try {
      return new URI(
          address.substring(0, colon), address.substring(colon + 1), database.prefix().table(""));
    } catch (URISyntaxException e) {
      throw new RegistryException(
          address
              + ": found an address that is not a URI, expected one such as"
              + " jdbc:postgresql://host/database",
          e);
    }
  }

  @Override
  public Instant now() {
    return database
        .first(
            "read the clock",
            "SELECT CURRENT_TIMESTAMP",
            row -> row.getObject(1, OffsetDateTime.class).toInstant())
        .orElseThrow();
  }

  @Override
  public List<String> models() {
    return names("SELECT DISTINCT model FROM $version");
  }

  @Override
  public List<String> modelsWith(Digest digest) {
    return names("SELECT DISTINCT model FROM $version WHERE digest = ?", digest.toString());
  }

  @Override
  public List<String> everyModel() {
    return names(
        "SELECT model FROM $version UNION SELECT model FROM $alias_record "
            + "UNION SELECT model FROM $change_record");
  }

  @Override
  public List<String> aliases(String model) {
    return names("SELECT DISTINCT alias FROM $alias_record WHERE model = ?", model);
  }

  /** Sorts the names itself, because databases sort by their own rules. */
  private List<String> names(String sql, Object... values) {
    return database.list("read", sql, row -> row.getString(1), values).stream().sorted().toList();
  }

  @Override
  public Records aliasRecords(String model, String alias) {
    return new JdbcRecords(this, database, "$alias_record", "model, alias", List.of(model, alias));
  }

  @Override
  public Records changeRecords(String model) {
    return new JdbcRecords(this, database, "$change_record", "model", List.of(model));
  }

  @Override
  public int last(String model) {
    return (int) database.number("SELECT MAX(seq) FROM $version WHERE model = ?", model);
  }

  @Override
  public int complete(String model) {
    int last = last(model);
    String sql = "SELECT COUNT(*) FROM $version WHERE model = ? AND seq <= ?";
    if (database.number(sql, model, last) != last) {
      for (int number = 1; number <= last; number++) {
        if (!has(model, number)) {
          throw missing(place(model, number));
        }
      }
    }
    return last;
  }

  @Override
  public boolean has(String model, int number) {
    String sql = "SELECT COUNT(*) FROM $version WHERE model = ? AND seq = ?";
    return database.number(sql, model, number) > 0;
  }

  @Override
  public byte[] manifest(String model, int number) {
    return document("manifest", model, number);
  }

  @Override
  public byte[] card(String model, int number) {
    return document("card", model, number);
  }

  private byte[] document(String column, String model, int number) {
    String sql = "SELECT " + column + " FROM $version WHERE model = ? AND seq = ?";
    return database
        .first("read", sql, row -> row.getBytes(1), model, number)
        .orElseThrow(() -> missing(place(model, number)));
  }

  @Override
  public VersionList list(String model, IntFunction<VersionStore.Stored> manifests) {
    return new JdbcVersionList(database, model);
  }

  @Override
  public LinkBlocks.Place links(String model, IntFunction<Links> cards) {
    return new JdbcLinks(this, database, model);
  }

  @Override
  public String place(String model, int number) {
    return database.place(model, number);
  }

  @Override
  public String manifestPlace(String model, int number) {
    return place(model, number) + ", column manifest";
  }

  @Override
  public String cardPlace(String model, int number) {
    return place(model, number) + ", column card";
  }

  @Override
  public boolean hasFiles(ModelVersion version) {
    String sql = "SELECT COUNT(*) FROM $part WHERE model = ? AND seq = ?";
    return database.number(sql, version.name(), version.number()) > 0;
  }

  @Override
  public void checkCopies(Manifest manifest) {
    reader(manifest.version().name(), 1).checkCopies(manifest);
  }

  @Override
  public void checkFiles(ModelVersion version, Manifest manifest) {
    VersionReader reader = reader(version.name(), 1);
    reader.checkCopies(manifest); // of each version that is loaded, since the same query reads them
    reader.checkFiles(version, manifest);
  }

  @Override
  public VersionReader inOrder(String model) {
    return reader(model, Pages.ROWS);
  }

  private VersionReader reader(String model, int most) {
    return new JdbcVersionReader(this, database, contents, files, model, most);
  }

  @Override
  public Path path(ModelVersion version, String file) {
    return Path.of(
        "models",
        version.name(),
        "versions",
        String.format(Locale.ROOT, "%06d", version.number()),
        "files",
        file);
  }

  @Override
  public ByteBuffer read(ModelVersion version, String file, Manifest.Entry expected) {
    return files.read(version, file, expected);
  }

  @Override
  public void pass(ModelVersion version, String file, Manifest.Entry expected, ByteSink sink)
      throws IOException {
    files.pass(version, file, expected, sink);
  }

  @Override
  public void erase(ModelVersion version) {
    files.erase(version);
  }

  @Override
  public void clean() {
    files.clean();
  }

  @Override
  public ModelVersion publish(
      ModelCard card, ModelFiles model, PublishOptions options, VersionStore versions) {
    return new JdbcPublisher(database, contents, versions, model, options, card.name())
        .publish(card);
  }

  @Override
  public boolean put(VersionCopy version) throws IOException {
    Manifest manifest = version.manifest();
    String model = manifest.version().name();
    JdbcWriter.makeModel(database, model);
    return database.work(
        "store " + manifest.version(),
        transaction -> {
          JdbcWriter writer = new JdbcWriter(database, transaction, contents);
          if (version.hasFiles()) {
            for (Map.Entry<String, Manifest.Entry> file : manifest.files().entrySet()) {
              String name = file.getKey();
              writer.store(file.getValue(), version.place(name), version.file(name));
            }
          }
          writer.hold(model);
          if (last(model) != manifest.version().number() - 1) {
            return false;
          }
          writer.insert(manifest, version.bytes(), version.card(), version.hasFiles());
          return true;
        });
  }

  @Override
  public List<String> signatures(ModelVersion version) {
    return names(
        "SELECT signature FROM $signature WHERE model = ? AND seq = ?",
        version.name(),
        version.number());
  }

  @Override
  public byte[] signature(ModelVersion version, String name) {
    String sql = "SELECT bundle FROM $signature WHERE model = ? AND seq = ? AND signature = ?";
    return database
        .first("read", sql, row -> row.getBytes(1), version.name(), version.number(), name)
        .orElseThrow(() -> missing(signaturePlace(version, name)));
  }

  @Override
  public String signaturePlace(ModelVersion version, String name) {
    return database.place("signature") + ", " + version + " " + name;
  }

  @Override
  public void putSignature(ModelVersion version, String name, byte[] bundle) {
    // Returns false if the signature exists.
    database.claim(
        "store a signature of " + version,
        transaction ->
            transaction.update(
                "INSERT INTO $signature (model, seq, signature, bundle) VALUES (?, ?, ?, ?)",
                version.name(),
                version.number(),
                name,
                bundle));
  }

  @Override
  public void allowRemovals() {
    new JdbcLayout(database).allowRemovals();
  }

  @Override
  public List<Integer> leased(String model) {
    return database.list(
        "read leases",
        "SELECT DISTINCT seq FROM $lease WHERE model = ?",
        row -> row.getInt(1),
        model);
  }

  @Override
  public Map<String, byte[]> leases(String model, int number) {
    Map<String, byte[]> leases = new TreeMap<>();
    database.list(
        "read leases",
        "SELECT lease, document FROM $lease WHERE model = ? AND seq = ?",
        row -> leases.put(row.getString(1), row.getBytes(2)) == null,
        model,
        number);
    return leases;
  }

  @Override
  public void putLease(String model, int number, String name, byte[] document) {
    database.run(
        "store a lease of " + model + ":" + number,
        transaction -> {
          JdbcWriter.holdModel(transaction, model);
          transaction.update(DELETE_LEASE, model, number, name);
          return transaction.update(
              "INSERT INTO $lease (model, seq, lease, document) VALUES (?, ?, ?, ?)",
              model,
              number,
              name,
              document);
        });
  }

  @Override
  public void removeLease(String model, int number, String name) {
    try {
      database.update("remove a lease", DELETE_LEASE, model, number, name);
    } catch (RegistryException e) {
      // It expires by itself.
    }
  }

  @Override
  public <T> T together(String model, Supplier<T> work) {
    return database.run(
        "store a change of " + model,
        transaction -> {
          JdbcWriter.holdModel(transaction, model);
          return work.get();
        });
  }

  @Override
  public <T> T reading(Supplier<T> work) {
    return database.run("read", transaction -> work.get());
  }

  @Override
  public RegistryException cannotStore(String what, IOException cause) {
    return new RegistryException(
        database
            + ": cannot store "
            + what
            + " ("
            + cause
            + "), expected contents that can be written; check permissions and free space, then "
            + "try again",
        cause);
  }

  @Override
  public boolean isAway(RegistryException e) {
    return e.getCause() instanceof SQLException || contents.isAway();
  }

  @Override
  public void close() {
    database.close();
  }

  @Override
  public String toString() {
    return database.toString();
  }
}
