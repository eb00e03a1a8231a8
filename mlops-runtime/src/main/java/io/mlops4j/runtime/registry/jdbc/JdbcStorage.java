package io.mlops4j.runtime.registry.jdbc;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.runtime.internal.card.Links;
import io.mlops4j.runtime.internal.file.ByteSink;
import io.mlops4j.runtime.registry.store.LinkBlocks;
import io.mlops4j.runtime.registry.store.Manifest;
import io.mlops4j.runtime.registry.store.Records;
import io.mlops4j.runtime.registry.store.Storage;
import io.mlops4j.runtime.registry.store.VersionCopy;
import io.mlops4j.runtime.registry.store.VersionList;
import io.mlops4j.runtime.registry.store.VersionStore;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** A registry's tables, of the form that {@link JdbcLayout} describes. */
public final class JdbcStorage implements Storage {
  private final Database database;
  private final Contents contents;
  private final JdbcFiles files;

  public JdbcStorage(Database database, Contents contents) {
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
          address.substring(0, colon), address.substring(colon + 1), database.naming().table(""));
    } catch (URISyntaxException e) {
      throw new RegistryException(address + ": found an address that is no URI", e);
    }
  }

  @Override
  public List<String> models() {
    return names("SELECT DISTINCT model FROM $version");
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

  /** Sorted here, as databases sort by their own rules. */
  private List<String> names(String sql, Object... values) {
    return database
        .run("read", session -> session.list(sql, row -> row.getString(1), values))
        .stream()
        .sorted()
        .toList();
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
    return (int) number("SELECT MAX(seq) FROM $version WHERE model = ?", model);
  }

  private long number(String sql, Object... values) {
    return database.run("read", session -> session.number(sql, values));
  }

  @Override
  public int lastAnew(String model) {
    return last(model);
  }

  @Override
  public int complete(String model) {
    int last = last(model);
    if (number("SELECT COUNT(*) FROM $version WHERE model = ? AND seq <= ?", model, last) != last) {
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
    return number("SELECT COUNT(*) FROM $version WHERE model = ? AND seq = ?", model, number) > 0;
  }

  @Override
  public byte[] manifest(String model, int number) {
    return document("SELECT manifest FROM $version WHERE model = ? AND seq = ?", model, number);
  }

  @Override
  public byte[] card(String model, int number) {
    return document("SELECT card FROM $version WHERE model = ? AND seq = ?", model, number);
  }

  private byte[] document(String sql, String model, int number) {
    return database
        .run("read", session -> session.first(sql, row -> row.getBytes(1), model, number))
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
    return database + ", table " + database.naming().table("version") + ", " + model + ":" + number;
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
  public void makeLast(String model) {
    // A row that can be seen has been committed.
  }

  @Override
  public boolean hasFiles(ModelVersion version) {
    return number(
            "SELECT COUNT(*) FROM $part WHERE model = ? AND seq = ?",
            version.name(),
            version.number())
        > 0;
  }

  @Override
  public void checkFiles(ModelVersion version, Manifest manifest) {
    files.check(version, manifest);
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
  public boolean put(VersionCopy version) throws IOException {
    Manifest manifest = version.manifest();
    String model = manifest.version().name();
    JdbcWriter.makeModel(database, model);
    return database.work(
        "store " + manifest.version(),
        session -> {
          JdbcWriter writer = new JdbcWriter(session, contents);
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
    return database
        .run(
            "read",
            session ->
                session.first(
                    "SELECT bundle FROM $signature WHERE model = ? AND seq = ? AND signature = ?",
                    row -> row.getBytes(1),
                    version.name(),
                    version.number(),
                    name))
        .orElseThrow(() -> missing(signaturePlace(version, name)));
  }

  @Override
  public String signaturePlace(ModelVersion version, String name) {
    return database
        + ", table "
        + database.naming().table("signature")
        + ", "
        + version
        + " "
        + name;
  }

  @Override
  public void putSignature(ModelVersion version, String name, byte[] bundle) {
    // False: it is there already.
    database.claim(
        "store a signature of " + version,
        session ->
            session.update(
                "INSERT INTO $signature (model, seq, signature, bundle) VALUES (?, ?, ?, ?)",
                version.name(),
                version.number(),
                name,
                bundle));
  }

  @Override
  public void allowDeletions() {
    // Every library that knows these tables knows of deletions.
  }

  @Override
  public void allowRemovals() {
    new JdbcLayout(database).allowRemovals();
  }

  @Override
  public List<Integer> leased(String model) {
    return database.run(
        "read leases",
        session ->
            session.list(
                "SELECT DISTINCT seq FROM $lease WHERE model = ?", row -> row.getInt(1), model));
  }

  @Override
  public Map<String, byte[]> leases(String model, int number) {
    Map<String, byte[]> leases = new TreeMap<>();
    database.run(
        "read leases",
        session ->
            session.list(
                "SELECT lease, document FROM $lease WHERE model = ? AND seq = ?",
                row -> leases.put(row.getString(1), row.getBytes(2)) == null,
                model,
                number));
    return leases;
  }

  @Override
  public void putLease(String model, int number, String name, byte[] document) {
    database.run(
        "store a lease of " + model + ":" + number,
        session -> {
          JdbcWriter.holdModel(session, model);
          session.update(
              "DELETE FROM $lease WHERE model = ? AND seq = ? AND lease = ?", model, number, name);
          return session.update(
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
      database.run(
          "remove a lease",
          session ->
              session.update(
                  "DELETE FROM $lease WHERE model = ? AND seq = ? AND lease = ?",
                  model,
                  number,
                  name));
    } catch (RegistryException e) {
      // It ends by itself.
    }
  }

  @Override
  public <T> T together(String model, Supplier<T> work) {
    return database.run(
        "store a change of " + model,
        session -> {
          JdbcWriter.holdModel(session, model);
          return work.get();
        });
  }

  @Override
  public <T> T reading(Supplier<T> work) {
    return database.run("read", session -> work.get());
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
  public RegistryException cannotRead(String place, IOException cause) {
    return Storage.unreadable(place, cause);
  }

  @Override
  public IntegrityException missing(String place) {
    return new IntegrityException(
        place
            + ": found nothing there, expected what was published; it was deleted by other hands, "
            + "restore it from a backup",
        true);
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
