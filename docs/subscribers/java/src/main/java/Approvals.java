import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.*;
import io.cloudevents.*;
import io.cloudevents.kafka.CloudEventDeserializer;
import java.nio.file.*;
import java.util.*;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Who is in aid, from approvals and exits: Approvals follow BROKER FILE [PREFIX] | list FILE MONTH */
class Approvals {
  record Kept(TreeMap<String, ObjectNode> told, HashMap<String, Long> next) {}
  static final ObjectMapper JSON = new ObjectMapper();
  static final String APPROVED = "cn.doudi.approved.v1", EXITED = "cn.doudi.exited.v1";
  static final Map<String, JsonSchema> KNOWN = Map.of(APPROVED, schema("approved.v1"), EXITED, schema("exited.v1"));
  static JsonSchema schema(String name) {
    var text = Approvals.class.getResourceAsStream("/" + name + ".schema.json");
    return JsonSchemaFactory.getInstance(com.networknt.schema.SpecVersion.VersionFlag.V202012).getSchema(text);
  }
  static void take(Kept kept, CloudEvent event) throws Exception {
    if (!KNOWN.containsKey(event.getType())) return; // pass over what we don't know
    var data = (ObjectNode) JSON.readTree(event.getData().toBytes());
    var wrong = KNOWN.get(event.getType()).validate(data);
    if (!wrong.isEmpty()) throw new IllegalStateException(event.getId() + ": " + wrong);
    var order = event.getTime().toInstant().toEpochMilli() + " " + event.getExtension("sequence");
    kept.told.put(order + " " + event.getSource() + " " + event.getId(), data.put("type", event.getType()));
  }
  static void follow(String broker, Path file, String prefix) throws Exception {
    var kept = Files.exists(file) ? JSON.readValue(file.toFile(), Kept.class) : new Kept(new TreeMap<>(), new HashMap<>());
    Map<String, Object> settings = Map.of("bootstrap.servers", broker, "isolation.level", "read_committed", "auto.offset.reset", "earliest");
    var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new CloudEventDeserializer());
    var places = List.of("approvals", "exits").stream().flatMap(topic -> consumer.partitionsFor(prefix + topic).stream())
        .map(one -> new TopicPartition(one.topic(), one.partition())).toList();
    consumer.assign(places);
    for (var place : places) consumer.seek(place, kept.next.getOrDefault(place.toString(), 0L));
    for (var fresh = Path.of(file + ".new"); true; ) {
      var records = consumer.poll(java.time.Duration.ofSeconds(1));
      for (var record : records) take(kept, record.value());
      if (records.isEmpty()) continue;
      for (var place : records.partitions()) kept.next.put(place.toString(), consumer.position(place));
      JSON.writeValue(fresh.toFile(), kept); // what they say and how far we are: whole in one file, or not at all
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }
  }
  static Set<String> list(Path file, String month) throws Exception {
    var last = new TreeMap<String, ObjectNode>(); // of all that was told of a person's month in a case, the last word
    for (var one : JSON.readValue(file.toFile(), Kept.class).told.values())
      if (one.get("from_month").asText().compareTo(month) <= 0 && one.path("until_month").asText(month).compareTo(month) >= 0)
        last.put(one.get("person").asText() + one.get("case"), one);
    last.values().removeIf(one -> !one.get("type").asText().equals(APPROVED));
    return new TreeSet<>(last.values().stream().map(one -> one.get("person").asText()).toList());
  }
  public static void main(String[] given) throws Exception {
    if (given[0].equals("follow")) follow(given[1], Path.of(given[2]), given.length > 3 ? given[3] : "doudi.");
    System.out.println(String.join("\n", list(Path.of(given[1]), given[2])));
  }
}
