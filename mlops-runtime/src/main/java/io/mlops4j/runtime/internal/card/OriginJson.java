package io.mlops4j.runtime.internal.card;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.MonitoringDuty;
import io.mlops4j.model.Slice;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.document.Json;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The data sets, parents, monitoring duties and slices of a card as JSON. */
public final class OriginJson {
  private OriginJson() {}

  static void write(ModelCard card, ObjectNode json) {
    card.trainedOn().forEach(data -> json.withArray("trainedOn").add(write(data)));
    card.evaluatedOn().forEach(data -> json.withArray("evaluatedOn").add(write(data)));
    card.parents().forEach(version -> json.withArray("parents").add(write(version)));
    card.monitoring().forEach(duty -> json.withArray("monitoring").add(write(duty)));
    card.slices().forEach((slice, metrics) -> json.withArray("slices").add(write(slice, metrics)));
  }

  private static ObjectNode write(DatasetRef data) {
    ObjectNode json =
        Json.object().put("name", data.name()).put("digest", data.digest().toString());
    data.query().ifPresent(query -> json.put("query", query));
    data.from().ifPresent(from -> json.put("from", from.toString()));
    data.until().ifPresent(until -> json.put("until", until.toString()));
    data.rows().ifPresent(rows -> json.put("rows", rows));
    return json;
  }

  private static ObjectNode write(ModelVersion version) {
    return Json.object()
        .put("model", version.name())
        .put("number", version.number())
        .put("digest", version.digest().toString());
  }

  private static ObjectNode write(MonitoringDuty duty) {
    ObjectNode json =
        Json.object().put("metric", duty.metric()).put("interval", duty.interval().toString());
    if (!duty.owner().isEmpty()) {
      json.put("owner", duty.owner());
    }
    if (!duty.action().isEmpty()) {
      json.put("action", duty.action());
    }
    return json;
  }

  private static ObjectNode write(Slice slice, Map<String, Double> metrics) {
    ObjectNode json = Json.object();
    json.set("where", TypedValue.write(slice.where()));
    json.set("metrics", TypedValue.write(metrics));
    return json;
  }

  static void read(Document json, ModelCard.Builder card) {
    json.objects("trainedOn").forEach(data -> card.trainedOn(data(data)));
    json.objects("evaluatedOn").forEach(data -> card.evaluatedOn(data(data)));
    json.objects("parents").forEach(version -> card.parent(version(version)));
    json.objects("monitoring").forEach(duty -> card.monitored(duty(duty)));
    for (Document part : json.objects("slices")) {
      Slice slice = slice(part.object("where"));
      Document metrics = part.object("metrics");
      metrics.keys().forEach(name -> card.metric(name, slice, metrics.number(name)));
    }
  }

  public static List<ModelVersion> parents(Document card) {
    return card.objects("parents").stream().map(OriginJson::version).toList();
  }

  public static List<Links.Data> trainedOn(Document card) {
    return card.objects("trainedOn").stream()
        .map(data -> new Links.Data(data.text("name"), data.digest("digest")))
        .toList();
  }

  private static DatasetRef data(Document json) {
    DatasetRef data = DatasetRef.of(json.text("name"), json.digest("digest"));
    String query = json.optionalText("query");
    data = query == null ? data : data.withQuery(query);
    data = json.has("rows") ? data.withRows(json.whole("rows")) : data;
    return json.has("from") || json.has("until")
        ? data.withPeriod(json.instant("from"), json.instant("until"))
        : data;
  }

  private static ModelVersion version(Document json) {
    return new ModelVersion(json.text("model"), json.count("number"), json.digest("digest"));
  }

  private static MonitoringDuty duty(Document json) {
    MonitoringDuty duty =
        MonitoringDuty.of(json.text("metric"), Duration.parse(json.text("interval")));
    duty = json.has("owner") ? duty.withOwner(json.text("owner")) : duty;
    return json.has("action") ? duty.withAction(json.text("action")) : duty;
  }

  private static Slice slice(Document json) {
    Map<String, String> where = new TreeMap<>();
    json.keys().forEach(column -> where.put(column, json.text(column)));
    return new Slice(where);
  }
}
