package io.mlops4j.runtime.registry.folder;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.PublishOptions;
import io.mlops4j.runtime.internal.card.CardDocument;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.internal.source.ModelFiles;
import io.mlops4j.runtime.internal.source.ProgressMeter;
import io.mlops4j.runtime.registry.store.Manifest;
import io.mlops4j.runtime.registry.store.VersionStore;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Builds a version aside, hashing while it copies, and gives it the next number in one step. */
public final class Publisher {
  private final Layout layout;
  private final Disk disk;
  private final FolderStorage storage;
  private final Clock clock;
  private final VersionStore versions;

  public Publisher(
      Layout layout, Disk disk, FolderStorage storage, Clock clock, VersionStore versions) {
    this.layout = layout;
    this.disk = disk;
    this.storage = storage;
    this.clock = clock;
    this.versions = versions;
  }

  public ModelVersion publish(ModelCard card, ModelFiles model, PublishOptions options) {
    try {
      Path staged = disk.stage();
      try {
        return publish(stage(card, model, staged, options), staged);
      } finally {
        Disk.deleteQuietly(staged);
      }
    } catch (ClosedByInterruptException e) {
      throw new RegistryException(
          layout.root()
              + ": found the thread interrupted while it published "
              + card.name()
              + ", expected time to finish; nothing was changed, publish it again when it is"
              + " wanted",
          e);
    } catch (IOException e) {
      throw layout.cannotStore(card.name(), e);
    }
  }

  /** Writes everything but the manifest; the result has the number 1 until one is claimed. */
  private Manifest stage(ModelCard card, ModelFiles model, Path staged, PublishOptions options)
      throws IOException {
    byte[] json = CardDocument.write(card);
    Disk.write(staged.resolve(FolderStorage.CARD), json);
    Path folder = staged.resolve(FolderStorage.FILES);
    ProgressMeter meter = ProgressMeter.of(options.listener(), model.paths().size(), bytes(model));
    Map<String, Manifest.Entry> files = new TreeMap<>();
    for (Map.Entry<String, Path> file : model.paths().entrySet()) {
      Path copy = folder.resolve(file.getKey());
      Files.createDirectories(copy.getParent());
      meter.at(file.getKey());
      Digest digest = Disk.copy(file.getValue(), copy, meter);
      files.put(file.getKey(), new Manifest.Entry(Files.size(copy), digest));
      meter.done();
    }
    return new Manifest(
        new ModelVersion(card.name(), 1, Manifest.digest(files, model.isFolder())),
        model.kind(folder),
        model.isFolder(),
        files,
        Digest.sha256(json),
        versions.publication(clock.instant(), options));
  }

  private static long bytes(ModelFiles model) throws IOException {
    long bytes = 0;
    for (Path file : model.paths().values()) {
      bytes += Files.size(file);
    }
    return bytes;
  }

  /**
   * Claims the next number. Before each try every version up to there is known not to be the same:
   * whoever loses the race for a number looks at the winner first, so that two publishers of the
   * same model end with one version.
   */
  private ModelVersion publish(Manifest staged, Path folder) throws IOException {
    String model = staged.version().name();
    versions
        .list(model)
        .newestWith(staged.version().digest(), versions.last(model))
        .ifPresent(number -> storage.share(model, number, staged, folder));
    Disk.forceDown(folder);
    while (true) {
      int last = versions.last(model);
      Optional<ModelVersion> same = versions.same(staged, last);
      if (same.isPresent()) {
        storage.makeLast(model);
        versions.list(model).save();
        return same.get();
      }
      versions.refuseRetired(model);
      Manifest next = staged.numbered(last + 1, versions.published(model, last));
      Disk.write(folder.resolve(FolderStorage.MANIFEST), next.write());
      Disk.force(folder);
      if (Disk.claim(folder, layout.version(model, last + 1), layout.root())) {
        versions.list(model).save();
        return next.version();
      }
    }
  }
}
