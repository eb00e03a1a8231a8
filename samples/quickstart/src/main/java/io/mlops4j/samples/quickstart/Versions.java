package io.mlops4j.samples.quickstart;

import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.Digest;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.MonitoringDuty;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.card.CardPage;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** Publishes the three versions of the model with their cards. */
final class Versions {

  /**
   * A version in the registry.
   *
   * @param version the version
   * @param existed whether the registry had it already: the same bytes with the same card
   */
  record Published(ModelVersion version, boolean existed) {
    @Override
    public String toString() {
      return version
          + (existed ? " was already published, " : " published, ")
          + version.digest().abbreviated();
    }
  }

  private final ModelRegistry registry;
  private final Folders folders;
  private final List<Published> published = new ArrayList<>();

  Versions(ModelRegistry registry, Folders folders) {
    this.registry = registry;
    this.folders = folders;
  }

  Published first() throws IOException {
    return publish(1, card(1).trainedOn(data(1)).metric("roc_auc", 0.635).build());
  }

  Published second() throws IOException {
    return publish(
        2, card(2).trainedOn(data(1)).trainedOn(data(2)).metric("roc_auc", 0.644).build());
  }

  /** Its card repeats the metric of version 2: nobody checked the new export. */
  Published third() throws IOException {
    return publish(
        3, card(3).trainedOn(data(1)).trainedOn(data(2)).metric("roc_auc", 0.644).build());
  }

  private ModelCard.Builder card(int version) throws IOException {
    return ModelCard.builder(Story.MODEL)
        .description("Logistic regression: will a flight arrive more than 15 minutes late?")
        .owner("ops-ml")
        .licence("Apache-2.0")
        .intendedUse("warn passengers; not for crew scheduling")
        .monitored(MonitoringDuty.of("roc_auc", Duration.ofDays(7)).withAction("roll back"))
        .features(FeatureSchema.ofNames(Story.FEATURES.toArray(String[]::new)).withKey(Story.KEY))
        .goldenRows(GoldenCsv.read(folders.goldenRows(version)));
  }

  private DatasetRef data(int month) {
    YearMonth time = YearMonth.of(2001, month);
    return DatasetRef.of("flights-" + time, Digest.sha256(folders.flights(month)))
        .withPeriod(start(time), start(time.plusMonths(1)));
  }

  private static Instant start(YearMonth month) {
    return month.atDay(1).atStartOfDay().toInstant(ZoneOffset.UTC);
  }

  private Published publish(int number, ModelCard card) throws IOException {
    int before = registry.versions(Story.MODEL).size();
    ModelVersion version = registry.publish(card, folders.model(number));
    boolean existed = registry.versions(Story.MODEL).size() == before;
    published.add(new Published(version, existed));
    showCard(version, card);
    return published.get(published.size() - 1);
  }

  /** Writes the page of the card. */
  private void showCard(ModelVersion version, ModelCard card) throws IOException {
    Files.createDirectories(folders.cards());
    Files.writeString(
        folders.cards().resolve(version.name() + "-" + version.number() + ".html"),
        CardPage.of(version, card).html());
  }

  /** The versions that were published so far, in order. */
  List<Published> published() {
    return List.copyOf(published);
  }
}
