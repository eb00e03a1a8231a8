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
import io.mlops4j.runtime.registry.store.VersionStore;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Publishes into a database: digests the files, writes the contents that are not there yet, and
 * takes the next number, the last two in one transaction. What was digested and what was written
 * must be the same, so a file that is changed meanwhile is refused.
 */
public final class JdbcPublisher {
  private static final long EVERY = 4 << 20;

  private final Database database;
  private final Contents contents;
  private final Clock clock;
  private final VersionStore versions;

  public JdbcPublisher(Database database, Contents contents, Clock clock, VersionStore versions) {
    this.database = database;
    this.contents = contents;
    this.clock = clock;
    this.versions = versions;
  }

  public ModelVersion publish(ModelCard card, ModelFiles model, PublishOptions options) {
    try {
      byte[] json = CardDocument.write(card);
      Manifest staged = digest(card, json, model, options);
      Optional<ModelVersion> same = versions.same(staged, versions.last(card.name()));
      if (same.isPresent()) {
        return same.get();
      }
      JdbcWriter.makeModel(database, card.name());
      return database.work(
          "store " + card.name(),
          session -> new Pass(session, staged, json, model, options).publish());
    } catch (IOException e) {
      throw cannot(card, e);
    }
  }

  private RegistryException cannot(ModelCard card, IOException e) {
    return e instanceof ClosedByInterruptException
        ? interrupted(card.name(), e)
        : new RegistryException(
            database
                + ": cannot store "
                + card.name()
                + " ("
                + e
                + "), expected files that can be read and contents that can be written; check "
                + "permissions and free space, then try again",
            e);
  }

  private RegistryException interrupted(String model, @Nullable IOException e) {
    return new RegistryException(
        database
            + ": found the thread interrupted while it published "
            + model
            + ", expected time to finish; nothing was changed, publish it again when it is wanted",
        e);
  }

  /** The manifest but for the number, which is 1 until one is taken. */
  private Manifest digest(ModelCard card, byte[] json, ModelFiles model, PublishOptions options)
      throws IOException {
    ProgressMeter meter = meter(model, options);
    Map<String, Manifest.Entry> files = new TreeMap<>();
    for (Map.Entry<String, Path> file : model.paths().entrySet()) {
      meter.at(file.getKey());
      Digest digest = Disk.digest(file.getValue(), new Ticks(card.name(), meter));
      files.put(file.getKey(), new Manifest.Entry(Files.size(file.getValue()), digest));
    }
    return new Manifest(
        new ModelVersion(card.name(), 1, Manifest.digest(files, model.isFolder())),
        model.kind(),
        model.isFolder(),
        files,
        Digest.sha256(json),
        versions.publication(clock.instant(), options));
  }

  private static ProgressMeter meter(ModelFiles model, PublishOptions options) throws IOException {
    long bytes = 0;
    for (Path file : model.paths().values()) {
      bytes += Files.size(file);
    }
    return ProgressMeter.of(options.listener(), model.paths().size(), bytes);
  }

  private void refuseInterrupt(String model) {
    if (Thread.currentThread().isInterrupted()) {
      throw interrupted(model, null);
    }
  }

  /** Lets the listener end the digesting, which is not counted: the writing is. */
  private final class Ticks implements LongConsumer {
    private final String model;
    private final ProgressMeter meter;
    private long bytes;

    Ticks(String model, ProgressMeter meter) {
      this.model = model;
      this.meter = meter;
    }

    @Override
    public void accept(long more) {
      bytes += more;
      if (bytes >= EVERY) {
        bytes = 0;
        meter.again();
      }
      refuseInterrupt(model);
    }
  }

  /** One transaction. */
  private final class Pass {
    private final JdbcTransaction session;
    private final Manifest staged;
    private final byte[] card;
    private final ModelFiles model;
    private final PublishOptions options;
    private final String name;

    Pass(
        JdbcTransaction session,
        Manifest staged,
        byte[] card,
        ModelFiles model,
        PublishOptions options) {
      this.session = session;
      this.staged = staged;
      this.card = card;
      this.model = model;
      this.options = options;
      this.name = staged.version().name();
    }

    ModelVersion publish() throws SQLException, IOException {
      JdbcWriter writer = new JdbcWriter(session, contents);
      store(writer);
      refuseInterrupt(name);
      writer.hold(name);
      int last = versions.last(name);
      Optional<ModelVersion> same = versions.same(staged, last);
      if (same.isPresent()) {
        return same.get();
      }
      versions.refuseRetired(name);
      Manifest next = staged.numbered(last + 1, versions.published(name, last));
      writer.insert(next, next.write(), card, true);
      return next.version();
    }

    private void store(JdbcWriter writer) throws SQLException, IOException {
      ProgressMeter meter = meter(model, options);
      for (Map.Entry<String, Manifest.Entry> file : staged.files().entrySet()) {
        Path path = Objects.requireNonNull(model.paths().get(file.getKey()));
        meter.at(file.getKey());
        if (writer.has(file.getValue())) {
          meter.accept(file.getValue().bytes());
        }
        writer.store(
            file.getValue(), path.toString(), sink -> ByteSource.of(path).into(told(sink, meter)));
        meter.done();
      }
    }

    private ByteSink told(ByteSink sink, ProgressMeter meter) {
      return piece -> {
        int size = piece.remaining();
        sink.take(piece);
        meter.accept(size);
        refuseInterrupt(name);
      };
    }
  }
}
