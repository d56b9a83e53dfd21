"""What a health worker attests of one person (Tillitsrammeverk): recorded, holds for at most an hour."""
