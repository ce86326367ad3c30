package dev.flashq.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.DataPolicy;
import dev.flashq.statemachine.DataSchema.Mode;
import dev.flashq.statemachine.Retention;
import dev.flashq.transport.TestLimits;
import dev.flashq.transport.Tokens;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DataRuleCommandsTest {
  private final TcpFixture fixture = new TcpFixture(Tokens.of("secret", "ann"), TestLimits.LIMITS);

  @AfterEach
  void stop() {
    fixture.close();
  }

  private String asked(String request) throws IOException {
    try (TextClient client = fixture.text()) {
      client.ask("{'cmd':'AUTH','token':'secret'}");
      return client.ask(request);
    }
  }

  @Test
  void schemasAreSetAndShown() throws IOException {
    asked("{'cmd':'SCHEMASET','queue':'mail*','schema':{'type':'object'},'mode':'report'}");
    asked("{'cmd':'SCHEMASET','queue':'mail','schema':false}");
    asked("{'cmd':'SCHEMADELETE','queue':'mail'}");
    assertThat(fixture.gateway.access)
        .containsExactly(
            new Command.SetSchema(
                "mail*", Mode.REPORT, ByteString.copyFromUtf8("{\"type\":\"object\"}")),
            new Command.SetSchema("mail", Mode.ENFORCE, ByteString.copyFromUtf8("false")),
            new Command.SetSchema("mail", Mode.ENFORCE, null));
    assertThat(asked("{'cmd':'SCHEMAGET','queue':'mail'}"))
        .isEqualTo(
            "{\"ok\":true,\"schemas\":[{\"queue\":\"mail*\",\"version\":7,\"mode\":\"report\","
                + "\"schema\":{\"maxLength\":5}}],\"more\":false,\"success\":true}");
    assertThat(asked("{'cmd':'SCHEMALIST'}"))
        .isEqualTo(
            "{\"ok\":true,\"schemas\":[{\"queue\":\"mail*\",\"version\":7,\"mode\":\"report\","
                + "\"bytes\":15}],\"more\":false,\"success\":true}");
  }

  @Test
  void policiesAreSetAndShown() throws IOException {
    asked(
        "{'cmd':'DATAPOLICYSET','queue':'pay*','encrypted_only':true,"
            + "'forbidden_fields':['cvv','pin'],'no_card_numbers':true,'max_bytes':1000}");
    asked("{'cmd':'DATAPOLICYSET','queue':'pay','max_bytes':5,'no_names':true}");
    asked("{'cmd':'DATAPOLICYDELETE','queue':'pay'}");
    assertThat(fixture.gateway.access)
        .containsExactly(
            new Command.SetDataPolicy(
                new DataPolicy("pay*", true, List.of("cvv", "pin"), true, 1000)),
            new Command.SetDataPolicy(new DataPolicy("pay", false, List.of(), false, 5, true)),
            new Command.SetDataPolicy(new DataPolicy("pay", false, List.of(), false, 0)));
    assertThat(asked("{'cmd':'DATAPOLICYLIST'}"))
        .isEqualTo(
            "{\"ok\":true,\"policies\":[{\"queue\":\"pay*\",\"encrypted_only\":false,"
                + "\"forbidden_fields\":[\"cvv\"],\"no_card_numbers\":true,\"max_bytes\":1000,\"no_names\":true}],"
                + "\"more\":false,\"success\":true}");
  }

  @Test
  void retentionIsSetAndShown() throws IOException {
    asked("{'cmd':'RETENTIONSET','queue':'mail*','completed_age':1000,'dead_count':5}");
    asked("{'cmd':'RETENTIONDELETE','queue':'mail*'}");
    assertThat(fixture.gateway.access)
        .containsExactly(
            new Command.SetRetention(new Retention("mail*", 1000, 0, 0, 5)),
            new Command.SetRetention(new Retention("mail*", 0, 0, 0, 0)));
    assertThat(asked("{'cmd':'RETENTIONLIST'}"))
        .isEqualTo(
            "{\"ok\":true,\"retention\":[{\"queue\":\"mail*\",\"completed_age\":1,"
                + "\"completed_count\":2,\"dead_age\":3,\"dead_count\":4}],"
                + "\"more\":false,\"success\":true}");
  }

  @Test
  void whatCannotBeMeantIsRefused() throws IOException {
    for (String wrong :
        List.of(
            "'cmd':'SCHEMASET','queue':'mail'",
            "'cmd':'SCHEMASET','schema':{}",
            "'cmd':'SCHEMASET','queue':'a b','schema':{}",
            "'cmd':'SCHEMASET','queue':'mail','schema':{},'mode':'maybe'",
            "'cmd':'SCHEMADELETE'",
            "'cmd':'RETENTIONSET','queue':'mail'",
            "'cmd':'RETENTIONSET','queue':'a b','dead_age':1",
            "'cmd':'RETENTIONSET','queue':'mail','dead_age':-1",
            "'cmd':'RETENTIONSET','queue':'mail','completed_count':-1,'dead_age':1",
            "'cmd':'DATAPOLICYSET','queue':'mail'",
            "'cmd':'DATAPOLICYSET','queue':'mail','forbidden_fields':[]",
            "'cmd':'DATAPOLICYSET','queue':'mail','forbidden_fields':['']",
            "'cmd':'DATAPOLICYSET','queue':'mail','max_bytes':-1",
            "'cmd':'DATAPOLICYSET','queue':'mail','no_card_numbers':1")) {
      assertThat(asked("{" + wrong + "}")).as(wrong).contains("INVALID_REQUEST");
    }
    assertThat(fixture.gateway.access).isEmpty();
  }
}
