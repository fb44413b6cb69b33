import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Asks veraPDF of every file given whether it is PDF/A-3a and PDF/UA-1; prints what it breaks, one line a rule. */
class PdfStandards {
    public static void main(String[] files) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        var foundry = Foundries.defaultInstance();
        for (var flavour : List.of(PDFAFlavour.PDFA_3_A, PDFAFlavour.PDFUA_1)) {
            for (var file : files) {
                var path = Path.of(file);
                try (var content = Files.newInputStream(path);
                        var parser = foundry.createParser(content, flavour);
                        var validator = foundry.createValidator(flavour, false)) {
                    ValidationResult result = validator.validate(parser);
                    var broken = new TreeSet<String>();
                    for (TestAssertion each : result.getTestAssertions()) {
                        if (each.getStatus() == TestAssertion.Status.FAILED) {
                            broken.add(each.getRuleId().getClause() + "-" + each.getRuleId().getTestNumber());
                        }
                    }
                    System.out.println(String.join("\t", path.getFileName().toString(), flavour.getId(),
                            result.isCompliant() ? "kept" : String.join(" ", broken)));
                }
            }
        }
    }
}
