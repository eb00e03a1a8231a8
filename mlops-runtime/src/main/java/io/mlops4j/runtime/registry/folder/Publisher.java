package io.mlops4j.runtime.registry.folder;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.PublishOptions;
import io.mlops4j.runtime.internal.card.CardDocument;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.internal.source.ModelFiles;
import io.mlops4j.runtime.internal.source.ProgressMeter;
import io.mlops4j.runtime.registry.store.Manifest;
import io.mlops4j.runtime.registry.store.Storage;
import io.mlops4j.runtime.registry.store.VersionList;
import io.mlops4j.runtime.registry.store.VersionStore;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Builds a version in the staging folder, digesting while it copies, then claims the next number.
 */
final class Publisher {
  private final Layout layout;
  private final Disk disk;
  private final FolderStorage storage;
  private final VersionStore versions;

  Publisher(Layout layout, Disk disk, FolderStorage storage, VersionStore versions) {
    this.layout = layout;
    this.disk = disk;
    this.storage = storage;
    this.versions = versions;
  }

  ModelVersion publish(ModelCard card, ModelFiles model, PublishOptions options) {
    try {
      Path staged = disk.stage();
      try {
        return claim(stage(card, model, staged, options), staged);
      } finally {
        Disk.deleteQuietly(staged);
      }
    } catch (ClosedByInterruptException e) {
      throw Storage.interrupted(layout.root(), card.name(), e);
    } catch (IOException e) {
      throw layout.cannotStore(card.name(), e);
    }
  }

  /** Writes everything but the manifest. */
  private Manifest stage(ModelCard card, ModelFiles model, Path staged, PublishOptions options)
      throws IOException {
    byte[] json = CardDocument.write(card);
    Disk.write(staged.resolve(FolderStorage.CARD), json);
    Path folder = staged.resolve(FolderStorage.FILES);
    ProgressMeter meter = VersionStore.meter(model, options);
    Map<String, Manifest.Entry> files = new TreeMap<>();
    for (Map.Entry<String, Path> file : model.paths().entrySet()) {
      Path copy = folder.resolve(file.getKey());
      Files.createDirectories(copy.getParent());
      meter.at(file.getKey());
      Digest digest = Disk.copy(file.getValue(), copy, meter);
      files.put(file.getKey(), new Manifest.Entry(Files.size(copy), digest));
      meter.done();
    }
    return versions.staged(card, json, model, model.kind(folder), files, options);
  }

  /**
   * Claims the next number. Before each try, every existing version is known to be different. A
   * publisher that loses the race for a number compares the winner first, so two publishers of the
   * same model end with one version.
   */
  private ModelVersion claim(Manifest staged, Path folder) throws IOException {
    String model = staged.version().name();
    VersionList list = versions.list(model);
    list.of(staged.version().digest(), Optional.empty(), versions.last(model)).stream()
        .findFirst()
        .ifPresent(number -> storage.share(model, number, staged, folder));
    Disk.forceDown(folder);
    while (true) {
      int last = versions.last(model);
      Optional<ModelVersion> same = versions.same(staged, last);
      if (same.isPresent()) {
        storage.makeLast(model, model);
        list.save();
        return same.get();
      }
      Manifest next = versions.next(staged, last);
      Disk.write(folder.resolve(FolderStorage.MANIFEST), next.write());
      Disk.force(folder);
      if (Disk.claim(folder, layout.version(model, last + 1), layout.root())) {
        list.save();
        return next.version();
      }
    }
  }
}
