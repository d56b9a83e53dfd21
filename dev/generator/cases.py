"""Cases of pathology and radiology in the words of the trade. All invented."""

from __future__ import annotations

from dev.generator.codes import ncrp, norpat
from dev.generator.pathology import Biopsy, Smear
from dev.generator.radiology import Examination

_NORMAL = norpat("M00100", "Normal morfologi UNS")

BIOPSIES: dict[str, Biopsy] = {
    "nevus": Biopsy(
        material="Hudeksisjon",
        origin="Rygg, høyre side",
        macro="Hudellipse 14 x 8 x 5 mm med sentral brun flekk 5 mm. Fire tverrsnitt, alt støpt i to "
        "kapsler.",
        micro="Symmetrisk oppbygget forandring med reir av nevusceller i dermoepidermale overgang og øvre "
        "dermis. Cellene modnes mot dypet. Ingen mitoser i dermale reir.",
        awaiting="Melanocytær forandring. Det gjøres dypere snitt og immunfarging før endelig svar.",
        finding="Hudeksisjon med sammensatt nevus uten atypi. Frie kanter.",
        codes=(norpat("T01000", "hud UNS"), norpat("M87600", "Sammensatt nevus")),
        assessment="Godartet forandring, fjernet i sin helhet. Ingen videre kontroll nødvendig av hensyn "
        "til "
        "denne forandringen.",
    ),
    "basal": Biopsy(
        material="Stansebiopsi fra hud",
        origin="Nese, venstre side",
        macro="Stanse 4 mm, todelt, alt støpt.",
        micro="Reir av basaloide celler med perifer palisadering og spalte mot stroma. Forandringen når "
        "biopsikanten i dypet.",
        awaiting="Basaloid tumor, immunfarging pågår.",
        finding="Hud med basalcellekarsinom, nodulær type. Ikke fri kant.",
        codes=(norpat("T01000", "hud UNS"), norpat("M80903", "Basalcellekarsinom UNS")),
        assessment="Forandringen når kanten. Det anbefales fjerning med fri margin.",
        addendum="Etter forespørsel fra rekvirent er preparatet revurdert av to patologer. Det er ikke "
        "holdepunkt for infiltrerende vekstmønster. Diagnosen står ved lag.",
    ),
    "colon": Biopsy(
        material="Polypp fra tykktarm",
        origin="Colon sigmoideum",
        macro="Stilket polypp 12 mm, delt i stilkens lengderetning, alt støpt.",
        micro="Tubulære kjertler med lavgradig dysplasi. Stilken viser normal slimhinne.",
        awaiting="Adenom. Dypere snitt gjøres for vurdering av reseksjonsrand.",
        finding="Tubulært adenom med lavgradig dysplasi, fri reseksjonsrand.",
        codes=(norpat("T67000", "colon UNS"), norpat("M82110", "Tubulært adenom")),
        assessment="Fullstendig fjernet. Kontroll etter gjeldende retningslinjer for adenomer under 20 mm.",
        addendum="Tilleggsundersøkelse for mismatch-reparasjonsproteiner viser bevart uttrykk av MLH1, "
        "PMS2, "
        "MSH2 og MSH6. Ingen holdepunkt for Lynch syndrom ved denne undersøkelsen.",
    ),
    "prostate": Biopsy(
        material="Nålebiopsier fra prostata, 10 sylindre",
        origin="Prostata, høyre og venstre lapp",
        macro="Ti sylindre, 11–17 mm, merket 1–10, støpt hver for seg.",
        micro="I to av ti sylindre (nr. 3 og 4) små, tettliggende kjertler uten basalcellelag. Største "
        "tumorlengde 3 mm. Øvrige sylindre med godartet hyperplasi.",
        awaiting="Mistanke om adenokarsinom i to sylindre. Immunfarging (p63, AMACR) pågår.",
        finding="Adenokarsinom, Gleason 3 + 3 = 6 (ISUP gradgruppe 1), i to av ti sylindre fra høyre lapp.",
        codes=(norpat("T77100", "prostata UNS"), norpat("M81403", "Adenokarsinom UNS")),
        assessment="Lavrisikoforandring etter vevsbildet. Vurderes i tverrfaglig møte.",
    ),
    "gastric": Biopsy(
        material="Biopsier fra ventrikkel",
        origin="Antrum og corpus",
        macro="Fem små biter, inntil 3 mm, alt støpt.",
        micro="Antrumslimhinne med tett kronisk betennelse og aktivitet. Krumme stavbakterier sees i "
        "overflateslimet. Ingen metaplasi eller dysplasi.",
        awaiting="Kronisk aktiv gastritt. Spesialfarging for Helicobacter er bestilt.",
        finding="Kronisk aktiv gastritt i antrum. Helicobacter-liknende bakterier påvist.",
        codes=(norpat("T63000", "ventrikkel UNS"), norpat("M43000", "Kronisk betennelse UNS")),
        assessment="Funnet samsvarer med Helicobacter pylori-infeksjon. Kontroll etter behandling anbefales.",
    ),
}

SMEARS: dict[str, Smear] = {
    "negative": Smear(
        hpv="Ikke påvist", finding=None, advice="HPV-negativ prøve. Ny prøve om fem år etter programmet."
    ),
    "normal-cells": Smear(
        hpv="Påvist",
        finding="Normalt plateepitel. Endocervikale celler til stede.",
        codes=(norpat("T83000", "Cervix uteri"), _NORMAL),
        advice="HPV-positiv prøve med normale celler. Ny HPV-test om 12 måneder.",
    ),
    "low-grade": Smear(
        hpv="Påvist",
        finding="Lavgradig plateepitellesjon (LSIL).",
        codes=(norpat("T83000", "Cervix uteri"), norpat("M67016", "Lavgradig plateepitellesjon")),
        advice="HPV-positiv prøve med lavgradig celleforandring. Ny HPV-test om 12 måneder.",
    ),
}

EXAMINATIONS: dict[str, Examination] = {
    "chest": Examination(
        modality="RTG",
        procedures=(ncrp("SSC0AA", "RG Thorax"),),
        question="Hoste i tre uker, CRP 64. Pneumoni?",
        summary="Fortetning basalt i høyre lunge, forenlig med pneumoni. Ingen pleuravæske.",
        description="Front- og sidebilde. Hjertet er ikke forstørret. Uskarp fortetning i høyre underlapp. "
        "Venstre lunge er klar. Ingen stuvning. Anbefaler kontrollbilde om seks uker.",
    ),
    "chest-normal": Examination(
        modality="RTG",
        procedures=(ncrp("SSC0AA", "RG Thorax"),),
        question="Kontroll etter pneumoni.",
        summary="Tilbakegang av tidligere fortetning. Ingen nytilkomne forandringer.",
        description="Front- og sidebilde sammenliknet med forrige undersøkelse. Høyre underlapp er nå "
        "luftførende. "
        "Normal hjertestørrelse.",
    ),
    "knee": Examination(
        modality="MR",
        procedures=(ncrp("SNG0AG", "MR Kne"),),
        additions=(ncrp("ZTX0XA", "Høyresidig bildediagnostisk undersøkelse"),),
        question="Vridd kneet for fire uker siden, låsninger. Meniskskade?",
        summary="Horisontal ruptur i bakre horn av mediale menisk. Korsbånd og sideligamenter er intakte.",
        description="Lett væske i leddet. Ruptur i mediale menisk som når undre leddflate. Lateral "
        "menisk er "
        "normal. Bruskdegenerasjon grad 2 i mediale kammer. Ingen beinmargsødem av betydning.",
    ),
    "head": Examination(
        modality="CT",
        procedures=(ncrp("SAA0AD", "CT Caput"),),
        question="Akutt hodepine, verst noensinne. Blødning?",
        summary="Ingen blødning, infarkt eller romoppfyllende prosess.",
        description="Undersøkt uten intravenøs kontrast. Normale forhold i ventrikkelsystem og sulci for "
        "alder. "
        "Normal differensiering mellom grå og hvit substans. Bihulene er luftførende.",
    ),
    "spine": Examination(
        modality="MR",
        procedures=(ncrp("SNA0GG", "MR Lumbosakralkolumna"),),
        question="Isjias høyre side i åtte uker, redusert kraft i stortå.",
        summary="Skiveprolaps L4/L5 paramedialt til høyre med påvirkning av L5-roten.",
        description="Redusert signal i de to nederste skivene. Prolapset forskyver høyre L5-rot i "
        "recessus. "
        "Spinalkanalen er for øvrig vid. Normalt signal i conus.",
    ),
    "abdomen": Examination(
        modality="UL",
        procedures=(ncrp("SJJ0AK", "UL Lever"), ncrp("SKX0AK", "UL Urinveier")),
        question="Forhøyede leverprøver, smerter under høyre ribbebue. Gallestein?",
        summary="Gallestein i gallblæren uten tegn til betennelse. Lett fettlever.",
        description="Tre konkrementer inntil 9 mm i gallblæren, ingen veggfortykkelse. Gallegangene er "
        "slanke. "
        "Jevnt økt ekkogenisitet i leveren. Nyrene er normale, ingen hydronefrose.",
    ),
    "prostate": Examination(
        modality="MR",
        procedures=(ncrp("SKE0AG", "MR Prostata"),),
        question="PSA stigende til 6,8. Malignitet?",
        summary="PI-RADS 4-lesjon i perifer sone høyre side, 9 mm.",
        description="Prostatavolum 48 mL. Fokalt lavt signal på T2 med diffusjonsrestriksjon i midtre "
        "tredel. "
        "Ingen tegn til vekst utenfor kapselen. Ingen forstørrede lymfeknuter.",
    ),
    "lungs": Examination(
        modality="CT",
        procedures=(ncrp("SSQ0AD", "CT Thorax, abdomen og bekken"),),
        additions=(ncrp("ZTX0EA", "Intravenøs kontrast"),),
        question="Vekttap 8 kg på tre måneder, røyker. Malignitet?",
        summary="Emfysem i overlappene. Ingen tegn til malignitet. 5 mm knute i høyre midtlapp.",
        description="Undersøkt med intravenøs kontrast. Sentrilobulært emfysem. Knuten har glatt "
        "avgrensning; "
        "kontroll etter 12 måneder anbefales. Ingen forstørrede lymfeknuter. Normale forhold i abdomen.",
    ),
    "myocardium": Examination(
        modality="NUK",
        procedures=(ncrp("TFY0DN", "Myokardperfusjon, belastning"),),
        question="Brystsmerter ved anstrengelse, hvile-EKG normalt.",
        summary="Reversibel perfusjonsdefekt i nedre vegg, moderat utbredelse.",
        description="Belastning med adenosin. Redusert opptak i nedre vegg ved belastning med tilnærmet "
        "normalt "
        "opptak i hvile. Ejeksjonsfraksjon 58 %.",
    ),
    "hand": Examination(
        modality="RTG",
        procedures=(ncrp("SND0BA", "RG Hånd og fingre"),),
        question="Nyoppdaget leddgikt, utgangsbilder.",
        summary="Ingen erosjoner. Lett bløtdelshevelse ved MCP 2 og 3 bilateralt.",
        description="Bevarte leddspalter. Ingen periartikulær osteopeni av betydning. Begynnende artrose "
        "i CMC 1.",
    ),
}
