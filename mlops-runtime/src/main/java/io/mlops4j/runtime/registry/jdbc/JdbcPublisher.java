package io.mlops4j.runtime.registry.jdbc;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.PublishOptions;
import io.mlops4j.runtime.internal.card.CardDocument;
import io.mlops4j.runtime.internal.file.ByteSink;
import io.mlops4j.runtime.internal.file.ByteSource;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.internal.source.ModelFiles;
import io.mlops4j.runtime.internal.source.ProgressMeter;
import io.mlops4j.runtime.registry.store.Manifest;
import io.mlops4j.runtime.registry.store.Storage;
import io.mlops4j.runtime.registry.store.VersionStore;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * Publishes into a database. The files are digested first. One transaction then writes the missing
 * contents and takes the next number. A file that changes in between is refused.
 */
final class JdbcPublisher {
  private static final long EVERY = 4 << 20;

  private final Database database;
  private final Contents contents;
  private final VersionStore versions;
  private final ModelFiles model;
  private final PublishOptions options;
  private final String name;

  JdbcPublisher(
      Database database,
      Contents contents,
      VersionStore versions,
      ModelFiles model,
      PublishOptions options,
      String name) {
    this.database = database;
    this.contents = contents;
    this.versions = versions;
    this.model = model;
    this.options = options;
    this.name = name;
  }

  ModelVersion publish(ModelCard card) {
    try {
      byte[] json = CardDocument.write(card);
      Manifest staged = versions.staged(card, json, model, model.kind(), digest(), options);
      Optional<ModelVersion> same = versions.same(staged, versions.last(name));
      if (same.isPresent()) {
        return same.get();
      }
      JdbcWriter.makeModel(database, name);
      return database.work("store " + name, transaction -> publish(transaction, staged, json));
    } catch (ClosedByInterruptException e) {
      throw Storage.interrupted(database, name, e);
    } catch (IOException e) {
      throw new RegistryException(
          database
              + ": cannot store "
              + name
              + " ("
              + e
              + "), expected files that can be read and contents that can be written; check "
              + "permissions and free space, then try again",
          e);
    }
  }

  private Map<String, Manifest.Entry> digest() throws IOException {
    ProgressMeter meter = VersionStore.meter(model, options);
    Map<String, Manifest.Entry> files = new TreeMap<>();
    for (Map.Entry<String, Path> file : model.paths().entrySet()) {
      meter.at(file.getKey());
      Digest digest = Disk.digest(file.getValue(), new Ticks(meter));
      files.put(file.getKey(), new Manifest.Entry(Files.size(file.getValue()), digest));
    }
    return files;
  }

  private void refuseInterrupt() {
    if (Thread.currentThread().isInterrupted()) {
      throw Storage.interrupted(database, name, null);
    }
  }

  /** Lets the listener end the digesting. Only the bytes that are written later are counted. */
  private final class Ticks implements LongConsumer {
    private final ProgressMeter meter;
    private long bytes;

    Ticks(ProgressMeter meter) {
      this.meter = meter;
    }

    @Override
    public void accept(long more) {
      bytes += more;
      if (bytes >= EVERY) {
        bytes = 0;
        meter.again();
      }
      refuseInterrupt();
    }
  }

  private ModelVersion publish(JdbcTransaction transaction, Manifest staged, byte[] card)
      throws SQLException, IOException {
    JdbcWriter writer = new JdbcWriter(database, transaction, contents);
    store(writer, staged);
    refuseInterrupt();
    writer.hold(name);
    int last = versions.last(name);
    Optional<ModelVersion> same = versions.same(staged, last);
    if (same.isPresent()) {
      return same.get();
    }
    Manifest next = versions.next(staged, last);
    writer.insert(next, next.write(), card, true);
    return next.version();
  }

  private void store(JdbcWriter writer, Manifest staged) throws SQLException, IOException {
    ProgressMeter meter = VersionStore.meter(model, options);
    for (Map.Entry<String, Manifest.Entry> file : staged.files().entrySet()) {
      Path path = Objects.requireNonNull(model.paths().get(file.getKey()));
      meter.at(file.getKey());
      if (writer.has(file.getValue())) {
        meter.accept(file.getValue().bytes());
      }
      writer.store(
          file.getValue(), path.toString(), sink -> ByteSource.of(path).into(counted(sink, meter)));
      meter.done();
    }
  }

  private ByteSink counted(ByteSink sink, ProgressMeter meter) {
    return piece -> {
      int size = piece.remaining();
      sink.take(piece);
      meter.accept(size);
      refuseInterrupt();
    };
  }
}
